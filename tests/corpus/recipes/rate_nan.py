"""A rate that is NaN."""

recipe = "bands: {0: 0, 16: .nan}"
refused = "bands.1.lr: must be from 0 to 10, not nan"
