"""Time tokens: made, checked, renewed, and asked of others."""
