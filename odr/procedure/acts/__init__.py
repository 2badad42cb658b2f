"""The table of acts and what an act declares."""
