"""Whether a case is ripe to be examined, heard, found on and decided, and what a judgment may rest on."""
