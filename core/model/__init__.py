"""Networks: backbones, heads and weights."""
