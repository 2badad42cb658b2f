"""Effect, performance and enforcement."""
