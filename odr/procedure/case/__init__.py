"""The page of a case, its docket, and what somebody has at the court."""
