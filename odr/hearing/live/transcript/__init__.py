"""The text of what was said in a hearing held here: a program's draft of the recording, corrected and entered by the clerk."""
