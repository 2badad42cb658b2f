"""Everybody’s time limits and hearings across cases."""
