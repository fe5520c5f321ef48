"""Annotations of other tools: labels and boxes of photos, read from their texts.

A module per family of formats; each reader is a pure function from a file's text to annotations,
and raises ValueError for a text of another format.
"""
