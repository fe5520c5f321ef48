"""Pieces that know none of our nouns: tables, plots, messages, URL state, caching."""
