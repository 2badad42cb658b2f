"""Who takes part, for whom, and who they are."""
