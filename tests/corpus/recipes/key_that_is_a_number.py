"""A key that is a number."""

recipe = "1: 2"
refused = "1: "
