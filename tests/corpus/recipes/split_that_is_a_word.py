"""A group of keys that is a word."""

recipe = "split: holdout"
refused = "split: must be a group of keys, not 'holdout'"
