"""Cycles without their length."""

recipe = "stages: [{train: bands, cycles: 2}]"
refused = "stages.0: cycles requires cycle_len, the number of epochs in the first cycle"
