"""The volume of a case that is over: checked for what is missing, closed, sealed as an archive, and handed on with a receipt (OLR 35)."""
