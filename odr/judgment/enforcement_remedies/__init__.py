"""Against an enforcement: objections to it, and what goes back when the judgment fell (CPL 236, 238, 244)."""
