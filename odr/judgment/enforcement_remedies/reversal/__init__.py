"""What was enforced on a judgment that fell goes back, by a ruling that is enforced like any (CPL 244)."""
