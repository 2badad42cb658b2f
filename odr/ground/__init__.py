"""What every room stands on and that knows nothing of courts: clock, settings, database, errors, words."""
