"""An unknown key inside another."""

recipe = "augment: {colour: red}"
refused = "augment.colour: unknown key"
