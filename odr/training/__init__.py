"""The training court's people and disputes."""
