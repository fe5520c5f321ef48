"""A validation share with fewer photos than classes."""

recipe = "split: {method: holdout, validation: 0.1}"
refused = "split.validation: 0.1 does not fit ( ... ); choose another share"
