"""Parts of `scripts/generate_docs.py`: quoted outputs, reference pages."""
