"""What keeps a court running: commands, worker, health, check-up, backup."""
