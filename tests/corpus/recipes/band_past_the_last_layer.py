"""A band that begins past the last layer."""

recipe = "bands: {0: 0, 27: 1e-3}"
refused = "bands.1.from: must be from 0 to 26, the last layer of efficientnet_lite0"
