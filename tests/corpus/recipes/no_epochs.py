"""0 epochs."""

recipe = "stages: [{train: head, epochs: 0}]"
refused = "stages.0.epochs: must be from 1 to 1000, not 0"
