"""A command that is not there."""

command = "trian quick"
refused = "No such command 'trian'"
