"""The claim before the court: lodged, answered, changed, joined with others."""
