"""Rooms, hearing hours and who is where when: free slots, clashes, weeks, and hearings moved together."""
