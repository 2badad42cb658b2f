"""Slips of the pen in a text, and how plainly it is written: suggestions beside it, off until the operator turns them on, never applied."""
