"""Weights that are not there."""

command = "train FAST --set weights=HERE/gone.safetensors --data TINY --runs HERE/runs"
refused = (
    "weights: ... gone.safetensors: no such file; use imagenet, none or the path of a weights file"
)
