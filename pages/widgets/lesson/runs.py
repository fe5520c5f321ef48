"""What the lesson tells of, read once for all visitors and again when the example runs change."""

from pathlib import Path
from typing import Any

from core.base import files, palette
from core.lesson import figures, steps
from core.lesson.pair import Pair, find_pair
from core.store.examples import examples_dir
from pages.widgets.shared.cached import cached

_FIGURE_DATA = {
    "shoot": figures.validation_examples,
    "books": figures.object_crop_examples,
    "gaze": figures.localisation_data,
    "lifts": lambda pair: {key: figures.lifts(pair, side) for key, side in pair.sides.items()},
    "painted": figures.masked_photos,
    "moved": figures.layer_drifts,
}


def cached_pair() -> Pair:
    """Raises InputError where there are no example runs to tell of, or their photos are gone."""
    return _pair(*_examples())


def figure_data(name: str) -> Any:
    """A picture's data: a key of _FIGURE_DATA. Raises InputError when it cannot be made."""
    return _figure_data(name, *_examples())


def cached_step(number: int, vote: str, arm_key: str) -> steps.Step:
    """Raises InputError when a file of an example run is damaged or gone."""
    return _step(number, vote, arm_key, *_examples())


def side_colours(found: Pair) -> dict[str, str]:
    """Of A and B, as CSS: those that their shown runs have on every page."""
    own = {letter: palette.run_colour(side.shown_run.id) for letter, side in found.sides.items()}
    return {letter: palette.css_colour(colour) for letter, colour in own.items()}


def _examples() -> tuple[Path, str]:
    """The folder of the example runs, and a text that changes when they do."""
    return examples_dir(), files.quick_fingerprint(examples_dir())


@cached
def _pair(examples: Path, fingerprint: str) -> Pair:
    return find_pair(examples)


@cached
def _figure_data(name: str, examples: Path, fingerprint: str) -> Any:
    return _FIGURE_DATA[name](_pair(examples, fingerprint))


@cached
def _step(number: int, vote: str, arm_key: str, examples: Path, fingerprint: str) -> steps.Step:
    return steps.build_step(number, _pair(examples, fingerprint), vote, arm_key)
