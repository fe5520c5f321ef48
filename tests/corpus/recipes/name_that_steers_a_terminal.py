"""A recipe whose key holds an escape sequence of terminals."""

refused = "?[31m: unknown key"
recipe = '"\\e[31m": 1\n'
