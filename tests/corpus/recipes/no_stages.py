"""No stages."""

recipe = "stages: []"
refused = "stages: must not be empty"
