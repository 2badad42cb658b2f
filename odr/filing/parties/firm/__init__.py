"""The office of a firm: who belongs to it, who of them is on the roll, whose cases they conduct and who takes over."""
