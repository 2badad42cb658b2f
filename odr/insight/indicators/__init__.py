"""Indicators of the court as a whole, each with its definition, what distorts it, and how far it can be believed."""
