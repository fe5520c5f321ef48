"""A seed of 400 digits."""

recipe = "seed: " + 400 * "9"
refused = "seed: must be from 0 to ... not such a large number"
