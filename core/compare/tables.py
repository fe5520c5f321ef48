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
        "Share of the validation photos that are classified right. They come from the "
        "same shoot as the training photos."
    ),
    N_("shifted views"): N_(
        "Share of the validation photos' shifted views that are classified right: turned, moved "
        "or lit otherwise, as stated on Data."
    ),
    "primary": N_("The answer is the most prominent object of the photo."),
    "object": N_("Each labelled object, cut out and classified alone: the sharpest of the scores."),
    "ranking": N_(
        "Do the photos that show an object come first when all are ordered by its "
        "probability? (mean average precision)"
    ),
    "present": N_(
        "The answer is any object that can be seen. Nearly empty as evidence: where "
        "photos show several objects, guessing does well too. Look at the grey mark."
    ),
}
LIFT_DESCRIPTION = N_(
    "Evidence inside the objects' boxes, compared with evidence strewn evenly: "
    "1 is no better than chance, 2 is twice as much in the boxes."
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
    "measuring": N_("measuring, once"),
    "photos": N_("start and photos"),
    "features": N_("frozen layers' features"),
    "train": N_("epochs"),
    N_("class maps"): N_("class maps"),
    "checkpoint": N_("checkpoints"),
    "evaluate": N_("answers and scores"),
    N_("varied views"): N_("answers to varied views"),
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
    total = {"part": _("in all"), "took": float(took.sum()), "estimated": sum(estimated.values())}
    return pd.DataFrame([*rows, total], columns=["part", "took", "estimated"])
