"""Words under a seal until all have spoken."""
