"""A negative rate."""

recipe = "bands: {0: 0, 16: -1e-3}"
refused = "bands.1.lr: must be from 0 to 10, not -0.001"
