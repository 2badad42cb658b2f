"""What of the file of a case somebody may see, and certified copies of it (CPL 52, 64; FEE 11)."""
