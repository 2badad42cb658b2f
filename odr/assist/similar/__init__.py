"""Published decisions like a case: beside a claim that is written, and on the judge's desk. Found by words, articles and kind of case; no model."""
