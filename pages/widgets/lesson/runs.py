"""What the lesson tells of, read once for all visitors and again when the example runs change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.base import files, palette
from core.lesson import elsewhere_figure, layers, localisation_figure, occlusion_figure, steps
from core.lesson.pair import Pair, find_pair
from core.store.examples import examples_dir
from pages.widgets.ui.cached import cached

_MADE = {
    "shoot": elsewhere_figure.shoot_photos,
    "books": elsewhere_figure.cut_out_books,
    "gaze": localisation_figure.gaze,
    "lifts": lambda pair: {
        key: localisation_figure.lifts(pair, side) for key, side in pair.sides.items()
    },
    "painted": occlusion_figure.painted_photo,
    "moved": layers.moved_layers,
}


def pair() -> Pair:
    """Raises InputError where there are no example runs to tell of, or their photos are gone."""
    return cached("lesson", _state(), lambda: find_pair(Path(examples_dir())))


def made(what: str) -> Any:
    """A picture's data: a key of _MADE. Raises InputError when it cannot be made."""
    return cached(f"lesson.{what}", _state(), lambda: _MADE[what](pair()))


def step(number: int, vote: str, without: str) -> steps.Step:
    """Raises InputError when a file of an example run is damaged or gone."""
    of = (str(number), vote, without, *_state())
    return cached("lesson.step", of, lambda: steps.write_step(number, pair(), vote, without))


def colours(found: Pair) -> dict[str, str]:
    """Of A and B, as CSS: those that their shown runs have on every page."""
    own = {letter: palette.run_colour(side.shown.id) for letter, side in found.sides.items()}
    return {letter: palette.on_page(colour) for letter, colour in own.items()}


def _state() -> tuple[str, str]:
    """Another one when the example runs change."""
    return str(examples_dir()), files.mark(examples_dir())
