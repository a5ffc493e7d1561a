"""Parts of `scripts/pages`: quoted outputs, reference pages."""
