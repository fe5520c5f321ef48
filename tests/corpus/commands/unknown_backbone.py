"""A network that is not there."""

command = "layers alexnet"
refused = "alexnet: no such backbone (there are: "
