"""Widgets: a folder per page, `shared` for several pages, `ui` for general pieces."""
