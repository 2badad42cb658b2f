"""The line: one text service behind a page, text messages and the keypad of a telephone; it tells nobody's name."""
