"""A misspelt key inside another."""

recipe = "augment: {rotat: null}"
refused = "augment.rotat: unknown key (did you mean rotate?)"
