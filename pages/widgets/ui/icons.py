"""Streamlit's icons by name."""


def icon_name(icon: str) -> str:
    """The name by which chips.js draws an icon of Streamlit's, `:material/name:`."""
    return icon.removeprefix(":material/").removesuffix(":")
