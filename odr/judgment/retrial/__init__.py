"""A retrial: what it costs, and how it is decided."""
