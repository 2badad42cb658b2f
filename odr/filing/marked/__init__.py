"""Later filings looked at by the clerk: what cannot be read, is the wrong act or belongs to another case is marked, and loses nothing."""
