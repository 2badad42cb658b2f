"""Service by the registry: searches, calls, batches, figures."""
