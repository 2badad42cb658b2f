"""A binding decision is looked at again without a party's application: the court finds an error itself, or the prosecution advises it."""
