"""An unknown key."""

recipe = "colour: red"
refused = "colour: unknown key"
