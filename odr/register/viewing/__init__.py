"""Outsiders apply to read decisions in effect (CPL 159; CPI 254, 255)."""
