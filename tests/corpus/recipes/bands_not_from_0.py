"""Bands that leave out the first layers."""

recipe = "bands: {16: 1e-3}"
refused = "bands.0.from: must be 0, not 16; the bands must cover every layer"
