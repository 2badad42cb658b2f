"""Papers of the court: set, sealed, kept and anchored."""
