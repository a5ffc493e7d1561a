"""INTAKE: news text in, a draft of claims out, for a person to accept."""
