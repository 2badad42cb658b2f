"""One public text in every form it is given out in: page, text, JSON, PDF, Akoma Ntoso."""
