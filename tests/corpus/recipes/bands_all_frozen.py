"""Every band is frozen, but a stage trains bands."""

recipe = """\
bands: {0: 0, 20: 0}
stages: [{train: bands, epochs: 1}]
"""
refused = "stages.0: nothing would train: give a band with weights, or the stage, an lr above 0"
