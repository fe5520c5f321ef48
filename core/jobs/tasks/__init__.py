"""What a worker runs: a training, a learning-rate search, challenge answers."""
