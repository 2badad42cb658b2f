"""Search in published decisions: an index of the redacted texts alone, questions, lists, feeds, bulk, who cites whom."""
