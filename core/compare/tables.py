"""Names, words and tables that the pages show, made from the runs' rows (core.store.index)."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from core.base import formatting
from core.base.language import N_, _, translate
from core.store.groups import Group, recipe_names
from core.store.index import RunRow
from core.store.status import status_text

SCORE_TITLES = {
    "primary": N_("most prominent object"),
    "object": N_("objects cut out"),
    "ranking": N_("presence ranking"),
    "present": N_("any object present"),
}
SCORE_DESCRIPTIONS = {
    "accuracy": N_(
        "Fraction of validation photos classified correctly. They come from the same shoot "
        "as the training photos."
    ),
    N_("shifted views"): N_(
        "Fraction of shifted validation views classified correctly: rotated, moved or lit "
        "differently, as stated on Data."
    ),
    "primary": N_("The photo's most prominent object is the correct answer."),
    "object": N_("Each labelled object, cut out and classified alone: the most sensitive score."),
    "ranking": N_(
        "With all photos ordered by an object's probability, do those that show it come "
        "first? (mean average precision)"
    ),
    "present": N_(
        "Any visible object counts as correct. This is weak evidence: where photos show "
        "several objects, guessing also scores well. Compare with the grey mark."
    ),
}
LIFT_DESCRIPTION = N_(
    "Evidence inside the objects' boxes, relative to evidence spread uniformly: 1 is no "
    "better than chance, 2 is twice as much."
)


def labels_by_id(rows: Sequence[RunRow]) -> dict[str, str]:
    """Short names of all runs, given newest first as the index does: of several recipes of one name
    with what they change (core.store.groups.recipe_names), of a k-fold split with the fold."""
    names = recipe_names(rows)
    return formatting.run_labels(
        [
            (row.id, _with_fold(names[row.title, row.recipe_identity], row), row.recipe["seed"])
            for row in reversed(rows)
        ]
    )


def _with_fold(name: str, row: RunRow) -> str:
    fold = row.recipe["split"].get("fold")
    return name if fold is None else _("{name}, fold {fold}", name=name, fold=fold)


def verdict_text(group: Group) -> str:
    """`generalises`, or `generalises, 4 of 5` for several runs; empty before the first verdict."""
    found = group.verdict_counts()
    if found is None:
        return ""
    return found.text() if len(group.members) > 1 else translate(found.counts[0][0])


_STATE_COUNTS = {
    "queued": N_("{n} waiting"),
    "running": N_("{n} training"),
    "paused": N_("{n} paused"),
    "failed": N_("{n} failed"),
    "cancelled": N_("{n} cancelled"),
}


def state_text(group: Group) -> str:
    """`done`, `training, epoch 3 of 32` or `2 of 3 done, 1 training`."""
    if len(group.members) == 1:
        row = group.members[0]
        return _("cannot be read") if row.problem else status_text(row.status)
    found = Counter(row.status.state for row in group.members)
    if found["done"] == len(group.members):
        return _("done")
    done = _("{n} of {total} done", n=found["done"], total=len(group.members))
    others = [
        translate(_STATE_COUNTS[state]).format(n=n)
        for state, n in found.items()
        if state in _STATE_COUNTS
    ]
    return _(", ").join([done, *others])


def lift_text(group: Group, set_name: str) -> str:
    """`2.18`, or `2.18 (1.95-2.40)` for several runs; empty when it is not known."""
    spread = group.summary_stats("sets", set_name, "localisation", "lift")
    if spread is None:
        return ""
    ends = f" ({spread.low:.2f}-{spread.high:.2f})" if spread.n > 1 else ""
    return f"{spread.mean:.2f}{ends}"


# --- time -----------------------------------------------------------------------------------------


_PART_TITLES = {
    "measuring": N_("one-time measurement"),
    "photos": N_("startup and photos"),
    "features": N_("features of frozen layers"),
    "train": N_("epochs"),
    N_("class maps"): N_("class maps"),
    "checkpoint": N_("checkpoints"),
    "evaluate": N_("predictions and scores"),
    N_("varied views"): N_("predictions on shifted views"),
    "diagnose": N_("diagnosis"),
}


def timing_table(timing: pd.DataFrame, estimated: Mapping[str, float]) -> pd.DataFrame:
    """What a run took beside what it was expected to take, part by part, then in all: columns
    part, took, estimated (seconds; missing where nothing was estimated). timing: of timing.csv."""
    took = timing.groupby("phase")["seconds"].sum() if len(timing) else pd.Series(dtype=float)
    names = list(dict.fromkeys([*took.index, *estimated]))
    names.sort(key=lambda name: list(_PART_TITLES).index(name) if name in _PART_TITLES else 99)
    rows = [
        {
            "part": translate(_PART_TITLES.get(name, name)),
            "took": float(took.get(name, 0.0)),
            "estimated": estimated.get(name),
        }
        for name in names
    ]
    total = {"part": _("total"), "took": float(took.sum()), "estimated": sum(estimated.values())}
    return pd.DataFrame([*rows, total], columns=["part", "took", "estimated"])
