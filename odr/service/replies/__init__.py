"""What comes back: mail, reports of carriers, tracking lists."""
