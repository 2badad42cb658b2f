"""Who somebody is: accounts, sign-in, sessions, verified identity, mandates, and the Actor of an act."""
