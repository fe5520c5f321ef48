"""Which test set counts: the one that runs are compared on and that headlines tell. `sets` are
those of summary.json, by name."""

from collections.abc import Iterable, Mapping
from typing import Any

TestSets = Mapping[str, Mapping[str, Any]]


def comparison_set(sets: TestSets) -> str | None:
    """Of the labelled sets from elsewhere (of all labelled ones, where none is) the one with most
    labelled objects, then photos; None where no set is labelled. Chosen by its labels alone, so
    that every run on the same photos is compared on the same set."""
    return max(
        (name for name, found in sets.items() if any(label_counts(found))),
        key=lambda name: (is_elsewhere(sets[name]), *label_counts(sets[name])),
        default=None,
    )


def comparison_set_of(summaries: Iterable[Mapping[str, Any] | None]) -> str | None:
    """The same for several runs: the first that has a set says what it holds."""
    joint: dict[str, Mapping[str, Any]] = {}
    for summary in summaries:
        joint = {**(summary or {}).get("sets", {}), **joint}
    return comparison_set(joint)


def label_counts(found: Mapping[str, Any]) -> tuple[int, int]:
    """How many labelled objects and photos a set has."""
    scores = found.get("scores") or {}
    objects, photos = (
        int((scores.get(key) or {}).get("total", 0)) for key in ("object", "primary")
    )
    return objects, photos


def is_elsewhere(found: Mapping[str, Any]) -> bool:
    """Whether a set's photos are from elsewhere; a run from before this was noted took every set
    for it."""
    return bool((found.get("origin") or {}).get("elsewhere", True))
