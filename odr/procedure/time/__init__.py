"""Reckoning of time, and a case in time."""
