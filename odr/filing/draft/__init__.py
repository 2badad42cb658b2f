"""A claim while it is written."""
