"""A file that is not there."""

refused = "recipe.yaml: No such file or directory"
