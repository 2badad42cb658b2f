"""Whose signed papers the court takes."""
