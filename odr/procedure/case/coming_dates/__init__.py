"""What comes next for each account, by its date: kept by the database itself with each time limit and hearing."""
