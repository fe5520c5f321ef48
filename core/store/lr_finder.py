"""A search for a learning rate: a folder `<runs>/.lr_find/<id>/` named by its question, so that the
same question asked again finds its answer.

Files: recipe.yaml (the question), environment.json (the data set's place), status.json (epochs
count searches), curves.csv, suggestion.json, log.txt; as in a run folder, but no run.
"""

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from core.base import files
from core.base.errors import RunError, damaged_text, naming_os_errors
from core.base.language import N_
from core.data.dataset import Dataset
from core.recipe.bands import last_trained_band_index
from core.recipe.files import recipe_yaml
from core.recipe.schema import Recipe, Stage
from core.store.rescoring import ChallengeEvaluation, Rescoring, Work
from core.store.run import Run, new_environment, new_status, open_run
from core.store.status import Clock
from core.store.visitors import split_entry

SEARCH_FOLDER = ".lr_find"
DEFAULT_HEAD_INITS = 3
DEFAULT_VIEWS_PER_PHOTO = 8

# What a suggestion speaks of, which the stages of a recipe may not be like.
SUGGESTION_CAVEAT = N_(
    "Found in 100 steps of increasing rates, from a new head, with all bands training at "
    "once. If the head trains first, or the rate falls in cycles, higher rates can work as "
    "well or better."
)
Confidence = Literal["good", "fair", "cannot tell"]  # how far the searches agree


@dataclass(frozen=True)
class Suggestion:
    """`lr`: rate of the last band that trains (the others keep their proportion to it), None when
    the searches cannot tell; `low`, `high`: the answers of the single searches; `why`: in words."""

    lr: float | None
    confidence: Confidence
    low: float | None
    high: float | None
    why: str


class LrSearch(Work):
    """A search's folder."""

    folder = SEARCH_FOLDER

    def curves(self) -> pd.DataFrame:
        """Columns step, lr (of the last band that trains), loss, smoothed, start."""
        return self._read_table("curves.csv", ("step", "lr", "loss", "smoothed", "start"))

    def suggestion(self) -> Suggestion | None:
        """What was found; None until then."""
        if not (self.path / "suggestion.json").is_file():
            return None
        data: dict[str, Any] = self._json("suggestion.json")
        try:
            return Suggestion(**data)
        except TypeError as error:
            raise RunError(damaged_text(self.path / "suggestion.json", error)) from None


def search_recipe(recipe: Recipe) -> Recipe:
    """What a search depends on of a recipe: its bands' proportions, not their size; neither its
    name nor its stages. Raises RunError when no band trains."""
    if last_trained_band_index(recipe) is None:
        raise RunError(N_("bands: all are frozen, so there is no rate to search for"))
    top = max(band.lr for band in recipe.bands)
    bands = tuple(b.model_copy(update={"lr": float(f"{b.lr / top:.1e}")}) for b in recipe.bands)
    stages = (Stage(train="bands", epochs=1),)
    return recipe.model_copy(
        update={
            "name": "learning rate",
            "bands": bands,
            "stages": stages,
            # Fresh views would pass the frozen layers again for each start; a pool does so once.
            "views_per_photo": recipe.views_per_photo or DEFAULT_VIEWS_PER_PHOTO,
        }
    )


def find_lr_search(runs_dir: Path, recipe: Recipe, dataset: Dataset) -> LrSearch:
    """The folder of the question, whether or not it is there. Photos count by name, size and time
    of change: reading them all would take too long for every look at a page."""
    asked = recipe_yaml(search_recipe(recipe))
    digest = hashlib.sha256(f"{asked}\0{dataset.root.resolve()}".encode())
    for photo, label in zip(dataset.train, dataset.train_labels, strict=True):
        stat = photo.path.stat()
        digest.update(f"{photo.file}\0{label}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return LrSearch.of(runs_dir, digest.hexdigest()[:24])


def create_lr_search(search: LrSearch, recipe: Recipe, data_dir: Path, clock: Clock) -> None:
    """Writes the question, with the state `queued`; what an earlier try left goes."""
    hidden = LrSearch(search.path.with_name(f".{search.id}{files.TEMP_SUFFIX}"))
    with naming_os_errors(search.path):
        for leftover in (hidden.path, search.path):
            shutil.rmtree(leftover, ignore_errors=True)
        hidden.path.mkdir(parents=True)
        files.write_text(hidden.path / "recipe.yaml", recipe_yaml(search_recipe(recipe)))
        files.write_json(hidden.path / "environment.json", new_environment(data_dir))
        hidden.write_status(new_status(clock, DEFAULT_HEAD_INITS))
        hidden.path.rename(search.path)


def open_work(runs_dir: Path, name: str) -> Run:
    """What an entry of the queue names: a run, a search, a run's rescoring or its trial on the
    challenge's photos; a visitor's, too. Raises RunError when it is gone."""
    runs_dir, name = split_entry(runs_dir, name)
    folder, _, id_ = name.rpartition("/")
    for kind in (Rescoring, ChallengeEvaluation):
        if folder == kind.folder:
            asked = kind.of(runs_dir, id_)
            asked.source_run()  # an id that is none, or of a run that was deleted
            return asked
    if folder != SEARCH_FOLDER:
        return open_run(runs_dir, name)
    search = LrSearch.of(runs_dir, id_)
    if not re.fullmatch(r"[0-9a-f]+", id_) or not search.exists():
        raise RunError(N_("{name}: no such search in {folder}", name=name, folder=runs_dir))
    return search
