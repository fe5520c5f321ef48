"""A rate that is yes."""

recipe = "bands: {0: 0, 16: yes}"
refused = "bands.1.lr: must be a number, not True"
