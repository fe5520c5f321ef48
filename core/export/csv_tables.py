"""A run as CSV tables for a spreadsheet or another program; a text that would be a formula there
begins with an apostrophe."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from core.base.formatting import strip_weights_folder
from core.export.output import new_folder
from core.export.spreadsheet import escape_formulas
from core.recipe.difference import flat_recipe
from core.recipe.files import recipe_dict
from core.store.run import Run

TABLES = ("history", "batches", "timing", "predictions", "drift", "reliance")
_COLUMNS = ("photos", "views", "score", "value", "low", "high", "correct", "total", "constant")


def export_csv(run: Run, parent: Path) -> Path:
    """Writes the run's tables, `scores.csv` and `recipe.csv` to a new folder `parent/<run>`, which
    is returned. A run that is not finished has the tables it has. Raises InputError."""
    with new_folder(parent, run.id) as folder:
        for name in TABLES:
            source = run.path / f"{name}.csv"
            if source.is_file():
                _write(folder / source.name, source.read_text("utf-8"))
        recipe = flat_recipe(recipe_dict(run.recipe()))
        recipe["weights"] = strip_weights_folder(str(recipe["weights"]))
        frame = pd.DataFrame(recipe.items(), columns=["key", "value"])
        _write(folder / "recipe.csv", frame.to_csv(index=False))
        summary = run.summary()
        if summary is not None:
            frame = pd.DataFrame(_scores(summary), columns=_COLUMNS)
            _write(folder / "scores.csv", frame.to_csv(index=False))
    return parent / run.id


def _write(path: Path, table: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(escape_formulas(table))


def _scores(summary: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A row per score; `views`: plain, or tta, the mean over several views of each photo."""

    def row(photos: str, views: str, score: str, found: dict[str, Any]) -> dict[str, Any]:
        return {"photos": photos, "views": views, "score": score, **found}

    yield row("validation", "plain", "accuracy", summary["validation"]["accuracy"])
    yield row("validation", "plain", "loss", {"value": summary["validation"]["loss"]})
    for name, results in summary["sets"].items():
        for key, views in (("scores", "plain"), ("tta", "tta")):
            for score, found in (results.get(key) or {}).items():
                yield row(name, views, score, found)
        located = results["localisation"]
        if located:
            for key in ("lift", "share", "area"):
                yield row(name, "plain", key, {"value": located[key]})
            yield row(name, "plain", "pointing", located["pointing"])
