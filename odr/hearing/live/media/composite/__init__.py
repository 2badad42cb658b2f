"""The whole hearing in one film: everybody side by side, who speaks, and date and time burnt in (REC 4)."""
