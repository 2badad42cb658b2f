"""Who bears the costs in the end."""
