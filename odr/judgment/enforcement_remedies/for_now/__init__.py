"""Before an enforcement ends for now: the creditor signs after being told of the search, or a panel examines it and the president approves (CPI 517)."""
