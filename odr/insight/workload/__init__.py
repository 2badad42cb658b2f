"""How much work a case is: events of its docket times the time each takes, as a range, and the notes of time it is fitted from."""
