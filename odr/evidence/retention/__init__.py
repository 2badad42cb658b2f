"""How long files are kept, and how one is erased."""
