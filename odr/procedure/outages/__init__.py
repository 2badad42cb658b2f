"""Outages: when the court could not be reached, what everybody is told of it, and the time it gives back."""
