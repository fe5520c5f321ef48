"""A rate that is missing."""

recipe = "bands: {0: 0, 16: }"
refused = "bands.1.lr: must be a number, not None"
