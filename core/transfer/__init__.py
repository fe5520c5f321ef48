"""Runs that move between machines: written into one zip file, and taken from others' without trust.

`pack` writes, `unpack` takes; `check` is what a run must be to leave or to land.
"""
