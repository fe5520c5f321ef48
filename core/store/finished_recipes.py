"""Whether a recipe has been trained already: the run that has done it, or has begun to."""

from collections.abc import Sequence
from pathlib import Path

from core.recipe.batch import recipe_without_name
from core.recipe.schema import Recipe
from core.store.index import RunRow


def earlier_run(
    rows: Sequence[RunRow], recipe: Recipe, fingerprint: str, data_dir: Path
) -> RunRow | None:
    """The newest finished run of the same recipe, whatever its name, on the same photos; without
    one the newest that has begun or waits. None when there is neither.

    rows: newest first, as the index gives them. fingerprint: as RunRow has them. data_dir: of the
    photos, for runs that have not read any yet. Labels and boxes of test sets do not count: they
    change no training."""
    place = str(Path(data_dir).resolve())
    wanted = recipe_without_name(recipe)
    same = [
        row
        for row in rows
        if (row.photos == fingerprint if row.photos else row.data_path == place)
        and not row.problem
        and {key: value for key, value in row.recipe.items() if key != "name"} == wanted
    ]
    done = [row for row in same if row.status.state == "done"]
    return next(iter(done or same), None)
