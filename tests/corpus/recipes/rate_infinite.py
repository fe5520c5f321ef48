"""An infinite rate."""

recipe = "bands: {0: 0, 16: .inf}"
refused = "bands.1.lr: must be from 0 to 10, not inf"
