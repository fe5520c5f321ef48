"""Photos of 0 pixels."""

recipe = "image_size: 0"
refused = "image_size: must be from 32 to 1024, not 0"
