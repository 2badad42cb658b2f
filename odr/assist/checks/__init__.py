"""What can be seen for certain in the text of a draft before it is signed: no model, no guess, nothing refused."""
