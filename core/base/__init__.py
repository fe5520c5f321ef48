"""Errors, files, formatting, language, downloads, random streams, the machine."""
