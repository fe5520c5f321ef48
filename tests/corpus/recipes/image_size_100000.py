"""Photos of 100000 pixels."""

recipe = "image_size: 100000"
refused = "image_size: must be from 32 to 1024, not 100000"
