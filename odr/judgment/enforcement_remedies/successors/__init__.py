"""Who stands in a debtor's place in an enforcement, and how far an heir answers (CPL 243; CPI 470, 472, 473)."""
