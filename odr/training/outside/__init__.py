"""What lies outside a court and signs, answers or is looked at by it: in training only, and marked."""
