"""Training: loop, optimizer, schedule, checkpoints, learning-rate finder."""
