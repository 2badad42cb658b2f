"""An action of an outsider against a decision in effect: named, taken, halting, and what it does to the decision (CPL 59; CPI 290 to 301)."""
