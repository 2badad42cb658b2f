"""The published list of mediators: what each tells of themselves, who may be chosen, and what came of it (OMR 5)."""
