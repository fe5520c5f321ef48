"""No bands."""

recipe = "bands: []"
refused = "bands: must not be empty"
