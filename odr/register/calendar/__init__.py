"""Hearings the court announces to the public: as a list, as a calendar and as a feed (CPL 137, 139; CTR 9; OLR 27)."""
