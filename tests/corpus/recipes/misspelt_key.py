"""A misspelt key."""

recipe = """\
lerning_rate: 1
batchsize: 4
"""
refused = "unknown key"
