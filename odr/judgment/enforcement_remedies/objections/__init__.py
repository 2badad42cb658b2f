"""Objections in an enforcement: to how it is carried out, and of outsiders to what it reaches (CPL 236, 238)."""
