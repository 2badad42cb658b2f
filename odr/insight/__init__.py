"""What the court knows of its own work: how much a case is, who gets it, what a supervisor looks at, and indicators; it ranks nobody."""
