"""Preservation of property, conduct and evidence."""
