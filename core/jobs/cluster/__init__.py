"""Runs on a Ray cluster: what a node does, who hands runs out, and what follows them."""
