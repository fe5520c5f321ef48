"""Recipes: schema, files and presets, batches, layer bands, differences. Free of torch."""
