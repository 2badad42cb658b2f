"""What a panel puts before the adjudication committee or the judges' professional meeting, and its signed minutes (COL 12, 13)."""
