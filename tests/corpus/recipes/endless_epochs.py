"""Cycles that grow beyond any patience."""

recipe = "stages: [{train: bands, cycles: 20, cycle_len: 500, cycle_mult: 4}]"
refused = "stages.0: plans more than 5000 epochs"
