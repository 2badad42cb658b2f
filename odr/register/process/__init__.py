"""How far a case has come, for whoever holds a letter of it: stage, dates and what comes next, without a name (PUB 1, 7)."""
