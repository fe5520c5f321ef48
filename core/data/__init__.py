"""Data sets on disk: reading, import, labels, splits. Free of torch."""
