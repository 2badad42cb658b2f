"""The text of a hearing: what an engine hears, what a person makes of it, and the way into the record."""
