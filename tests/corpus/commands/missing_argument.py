"""A command without its argument."""

command = "train"
refused = "Missing argument 'recipe'"
