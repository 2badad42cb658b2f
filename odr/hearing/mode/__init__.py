"""In which way somebody takes part in each step."""
