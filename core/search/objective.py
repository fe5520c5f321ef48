"""What a search goes by: shifted views of the photos that validate, or a test set for choosing."""

from pathlib import Path

import pandas as pd

from core.base.errors import InputError, RunError
from core.base.language import N_
from core.data.dataset import CHOOSE, Dataset
from core.data.dataset_names import VALIDATION
from core.data.near_copies import near_copies
from core.data.object_crops import labelled_objects
from core.data.origin import find_origins
from core.evaluate.paired import photo_of
from core.evaluate.scores import answers_by_photo, mean_over_families
from core.search.racing import PhotoScores
from core.search.space import SHIFTED
from core.store.run import Run


def check_objective(dataset: Dataset, objective: str) -> None:
    """Raises InputError, with the reason, where recipes cannot be chosen by that."""
    if objective == SHIFTED:
        return
    found = dataset.test_set(objective)
    if found.use != CHOOSE:
        told = N_(
            "objective: {name}: a test set that chooses recipes tests no longer; if it is "
            "for choosing, state test_sets: {{{name}: {{use: choose}}}} in dataset.yaml"
        )
        raise InputError(told.format(name=objective))
    if not found.labels:
        raise InputError(N_("objective: {name}: has no labels").format(name=objective))


def confirmation_set(dataset: Dataset, runs_dir: Path) -> str | None:
    """The labelled set from elsewhere by which the choice is confirmed: the one with most labelled
    objects, then photos, that chooses nothing. None without one."""
    origins = find_origins(dataset, lambda: near_copies(dataset, runs_dir))
    sets = [each for each in dataset.test_sets if each.labels and origins[each.name].elsewhere]
    sizes = {
        each.name: (len(labelled_objects(each, dataset.classes)), len(each.labels)) for each in sets
    }
    return max(sizes, key=lambda name: sizes[name], default=None)


def read_scores(run: Run, objective: str) -> PhotoScores:
    """A finished training's score and loss by photo: over the families of shifted views that count,
    over validation photos themselves where none counts, or over a test set's photos, by their
    objects where it has labelled ones. Raises RunError where the run does not hold them."""
    summary = run.summary() or {}
    counted = (summary.get("shifted") or {}).get("counted", ())
    if objective == SHIFTED and counted:
        found = mean_over_families(answers_by_photo(run.shifted()), counted)
    else:
        frame, name = run.predictions(), VALIDATION if objective == SHIFTED else objective
        if frame.empty:
            frame = pd.DataFrame(columns=["split", "primary", "file"])
        rows = frame[(frame["split"] == f"{name}/objects") & (frame["primary"] != "")]
        if rows.empty:
            rows = frame[(frame["split"] == name) & (frame["primary"] != "")]
        rows = rows.assign(family="", file=rows["file"].map(photo_of))
        found = mean_over_families(answers_by_photo(rows), [""]) if len(rows) else pd.DataFrame()
    if found.empty:
        raise RunError(N_("{run}: holds no answers on {name}").format(run=run.id, name=objective))
    pairs = zip(found["right"], found["loss"], strict=True)
    return {
        str(file): (round(float(right), 4), round(float(loss), 4))
        for file, (right, loss) in zip(found.index, pairs, strict=True)
    }
