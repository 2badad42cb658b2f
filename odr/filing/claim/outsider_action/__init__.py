"""An action of an outsider against a decision in effect, as the claim that it is: what it attacks, and who stands in it (CPL 59; CPI 290, 296)."""
