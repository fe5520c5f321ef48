"""A rate that is text."""

recipe = "bands: {0: 0, 16: fast}"
refused = "bands.1.lr: must be a number, not 'fast'"
