"""The table of acts over JSON."""
