"""The guide: questions in one's own words, answered by a passage of the court's own rules and help pages, word for word."""
