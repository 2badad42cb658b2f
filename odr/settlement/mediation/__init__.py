"""Mediation in a filed case."""
