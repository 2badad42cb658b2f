"""Inspections: a thing, a place or what stands online is looked at by the court, with the parties (CPL 83)."""
