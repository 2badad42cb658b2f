"""Many claims sent at once."""
