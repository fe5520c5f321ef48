"""Bands that do not ascend."""

recipe = "bands: [{from: 0, lr: 0}, {from: 18, lr: 1e-2}, {from: 16, lr: 1e-3}]"
refused = "bands.2.from: must be greater than 18, the start of the previous band"
