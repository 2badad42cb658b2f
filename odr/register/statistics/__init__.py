"""Statistics of the court: counted from its dockets, each figure with what it counts and what distorts it."""
