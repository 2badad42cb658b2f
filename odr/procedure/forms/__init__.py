"""Forms out of models: what is asked, read, and said when it is wrong."""
