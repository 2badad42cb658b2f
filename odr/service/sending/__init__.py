"""Letters written and sent, outside any transaction."""
