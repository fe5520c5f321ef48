"""Batches of 0 photos."""

recipe = "batch_size: 0"
refused = "batch_size: must be from 2 to 512, not 0"
