"""The written examination, phase by phase."""
