"""Hearings at one hour, and who is heard there."""
