"""Whether every docket is whole, and whether rows say what it says."""
