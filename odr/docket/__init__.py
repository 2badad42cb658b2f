"""The docket: cases, parties, seats, entries, and what each person may see of them."""
