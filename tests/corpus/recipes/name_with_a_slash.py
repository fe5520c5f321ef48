"""A name with a slash."""

recipe = "name: ../../etc/passwd"
refused = "name: must be 1 to 80 characters, without /"
