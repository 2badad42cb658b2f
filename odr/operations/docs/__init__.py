"""Documents that are written from the court itself, so that they cannot say something else than it does."""
