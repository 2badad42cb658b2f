"""Pages and addresses of the evidence room."""
