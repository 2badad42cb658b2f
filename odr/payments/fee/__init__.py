"""What a step costs, asked for and paid."""
