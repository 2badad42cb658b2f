"""How many things lie on the desks of the court, by role and by the hour since when: kept by the database itself with each task."""
