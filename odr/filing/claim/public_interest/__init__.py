"""An action in the public interest: who brings it, who hears of it, and what the court looks at (CPL 58; CPI 282–289)."""
