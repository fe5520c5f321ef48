"""Cycles without their length."""

recipe = "stages: [{train: bands, cycles: 2}]"
refused = "stages.0: cycles needs cycle_len, the epochs of the first cycle"
