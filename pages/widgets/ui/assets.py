"""Scripts and styles of browser components, joined in the given order."""

from pathlib import Path

_WIDGETS = Path(__file__).parents[1]


def script(*names: str) -> str:
    """The files of these names, without their ending, as one module."""
    return _joined(names, "js")


def style(*names: str) -> str:
    return _joined(names, "css")


def icon_name(icon: str) -> str:
    """The name by which chips.js draws an icon of Streamlit's, `:material/name:`."""
    return icon.removeprefix(":material/").removesuffix(":")


def _joined(names: tuple[str, ...], ending: str) -> str:
    return "\n".join((_WIDGETS / f"{name}.{ending}").read_text("utf-8") for name in names)
