"""Several who decide."""
