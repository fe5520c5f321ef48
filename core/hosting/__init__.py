"""What a hosted demo limits, and who has access."""
