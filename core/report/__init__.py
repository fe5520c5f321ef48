"""Chosen runs as one HTML file."""
