"""Mediation before a claim."""
