"""Settling a claim with certified facts by one act."""
