"""Every band is frozen, but a stage trains bands."""

recipe = """\
bands: {0: 0, 20: 0}
stages: [{train: bands, epochs: 1}]
"""
refused = (
    "stages.0: nothing would train; set an lr above 0 for the stage or for a band with weights"
)
