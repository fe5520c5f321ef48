"""Annotations of other tools: labels and boxes of photos, read from their texts."""
