"""One run folder (format 1): everything that is known about a run, in files anyone can open.

The folder is the truth. The index (core.store.index) can be rebuilt from folders at any time.
"""

import json
import os
import re
import secrets
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter

from core.base import files
from core.base.errors import RunError, damaged_text, os_error_line
from core.base.files import PROJECT_ROOT
from core.base.language import N_
from core.data.dataset_names import natural_key
from core.recipe.files import load_recipe, recipe_yaml
from core.recipe.schema import Recipe
from core.store.examples import refuse_example, run_folder
from core.store.provenance import read_provenance
from core.store.schemas import check_schema, validate_data
from core.store.status import Clock, State, Status, worked_seconds

FORMAT = 1
# How errors are known that core.views.run_ending has more to say of.
DIVERGED, DISK_FULL = "training diverged", "free some space"
CANCEL_FILE = "cancel-asked"
OWNER_LOCK = "owner.lock"  # in the run: whoever carries it out holds it, as long as they live
STATE_LOCK = ".states.lock"  # in the runs folder: a lock inside a run would move with it
PREDICTION_COLUMNS = ("kind", "split", "file", "primary", "present", "predicted")
_HISTORY = ("epoch", "stage", "cycle", "train_loss", "val_loss", "val_accuracy")
_EPOCH_FILES = ("history.csv", "batches.csv", "timing.csv", "cams.npz", "checkpoint")
_STATUS = TypeAdapter(Status)


@dataclass(frozen=True)
class Trial:
    """What a training belongs to: a search (core.search), by its id. lean: without what a losing
    trial does not need, class maps and diagnosis. sets: the test sets that it reads then."""

    search: str
    lean: bool = True
    sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassMaps:
    """Raw class maps of a run's test photos.

    maps[split]: (snapshots, photos, classes, rows, columns) float16, unscaled, so that runs can be
    compared on one scale. log_probs[split]: what was answered with the same weights, (snapshots,
    photos, classes). `epochs` are the snapshots' epochs, `files[split]` the photos."""

    epochs: tuple[int, ...]
    classes: tuple[str, ...]
    files: dict[str, tuple[str, ...]]
    maps: dict[str, NDArray[np.float16]]
    log_probs: dict[str, NDArray[np.float32]]


class Run:
    """A run folder, for reading. Methods raise RunError, one line naming the file."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def work_id(self) -> str:
        """Its name in the queue."""
        return self.id

    def status(self) -> Status:
        """What the run is doing; keys of a later version are passed over."""
        found = self._json("status.json")
        status: Status = validate_data(_STATUS, self.path / "status.json", found)
        return status

    def recipe(self) -> Recipe:
        return load_recipe(self.path / "recipe.yaml")

    def environment(self) -> dict[str, Any]:
        return self._json("environment.json")

    def trial(self) -> Trial | None:
        """The search that it was trained for; None of others."""
        noted = self.environment().get("search")
        if not isinstance(noted, dict):
            return None
        return Trial(str(noted["id"]), bool(noted["lean"]), tuple(map(str, noted["sets"])))

    def class_order(self) -> Callable[[Iterable[str]], list[str]]:
        """Sorts names of classes as this run has them: by what it noted when it began. One that has
        noted nothing began when classes stood in the order of their letters."""
        data = self.environment()["data"]
        noted, begun = data.get("classes"), "fingerprints" in data
        if not noted:
            with suppress(RunError):  # results may be damaged: they can be made anew
                noted = (self.summary() or {}).get("classes")
        places = {str(name): place for place, name in enumerate(noted or ())}
        fallback = natural_key if not noted and not begun else str
        return lambda names: sorted(names, key=lambda n: (places.get(n, len(places)), fallback(n)))

    def data_dir(self) -> Path:
        """The data-set folder that the run was launched on. An example names it from the project's
        folder, so that it is found wherever that lies. A run that came from elsewhere names a
        folder of another machine, and one of that name here may hold other photos: its data set is
        the one that was found to hold the same (core.store.provenance).

        Raises RunError where there is none such."""
        named = str(self.environment()["data"]["path"])
        arrival = read_provenance(self.path.parent, self.id)
        if arrival is None:
            return PROJECT_ROOT / named
        if not arrival.data:
            # Without a stranger's words: this line is shown in many places.
            raise RunError(N_("{run}: was imported, and its photos are not here", run=self.id))
        return Path(arrival.data)

    def estimate(self) -> dict[str, float]:
        """Seconds by part that the run was expected to take when it began; empty when unknown."""
        parts = (self.environment().get("estimate") or {}).get("parts") or {}
        return {str(name): float(seconds) for name, seconds in parts.items()}

    def summary(self) -> dict[str, Any] | None:
        """The numbers that tables show; None until the run is evaluated. Without the
        verdict where that is `unconfirmed`."""
        found = self.read_optional_json("summary.json")
        return found | {"verdict": None} if found and self.unconfirmed() else found

    def unconfirmed(self) -> str:
        """Why the scores or the verdict of a run that came from elsewhere are not to be believed,
        in a line; "" where they are."""
        arrival = read_provenance(self.path.parent, self.id)
        return arrival.unconfirmed if arrival else ""

    def history(self) -> pd.DataFrame:
        """A row per finished epoch; no rows before the first."""
        return self._read_table("history.csv", _HISTORY)

    def batches(self) -> pd.DataFrame:
        return self._read_table("batches.csv", ("step", "epoch", "loss", "lr"))

    def timing(self) -> pd.DataFrame:
        return self._read_table("timing.csv", ("epoch", "seconds"), ("phase",))

    def predictions(self, kind: Literal["plain", "tta"] = "plain") -> pd.DataFrame:
        """A row per photo and object: kind, split, file, primary, present, predicted, p_<class>.
        Unlabelled photos have empty strings. `tta`: the mean over several views of each."""
        frame = self.all_predictions()
        return frame[frame["kind"] == kind].reset_index(drop=True) if len(frame) else frame

    def all_predictions(self) -> pd.DataFrame:
        """Those of both kinds."""
        return self._read_probabilities("predictions.csv", PREDICTION_COLUMNS)

    def diagnosis(self) -> dict[str, Any] | None:
        """The verdict, the rule that fired, its evidence and advice; None until it is made, and
        where it is `unconfirmed`."""
        return None if self.unconfirmed() else self.read_optional_json("diagnosis.json")

    def controls(self) -> dict[str, Any] | None:
        """What a constant answer's rivals score on the same photos (core.evaluate.controls)."""
        return self.read_optional_json("controls.json")

    def drift(self) -> pd.DataFrame:
        """A row per layer: layer, name, trained, reference, weights, statistics, cka."""
        return self._read_table("drift.csv", ("layer", "weights", "cka"), ("name", "reference"))

    def reliance(self) -> pd.DataFrame:
        """A row per photo, variant (plain, object, elsewhere, only_objects) and fill (`all`: the
        mean): split, file, variant, fill, predicted, p_<class>."""
        columns = ("split", "file", "variant", "fill", "predicted")
        return self._read_probabilities("reliance.csv", columns)

    def shifted(self) -> pd.DataFrame:
        """A row per validation photo, family of views and view: family, file, view, primary,
        predicted, p_<class>. Empty for a run from before there were any."""
        columns = ("family", "file", "view", "primary", "predicted")
        return self._read_probabilities("shifted.csv", columns)

    def class_maps(self) -> ClassMaps | None:
        """The class maps saved so far; None before the first snapshot."""
        path = self.path / "cams.npz"
        if not path.is_file():
            return None
        try:
            # Opened here: np.load leaves a damaged archive open.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                splits = [str(name) for name in archive["splits"]]
                found = ClassMaps(
                    epochs=tuple(int(e) for e in archive["epochs"]),
                    classes=tuple(str(c) for c in archive["classes"]),
                    files={s: tuple(str(f) for f in archive[f"files.{s}"]) for s in splits},
                    maps={s: archive[f"maps.{s}"] for s in splits},
                    log_probs={s: _log_probs(archive, s) for s in splits},
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            raise RunError(damaged_text(path, error)) from None
        for split, maps in found.maps.items():
            shape = (len(found.epochs), len(found.files[split]), len(found.classes))
            if maps.ndim != 5 or maps.shape[:3] != shape:
                why = N_("maps.{split} has shape {shape}", split=split, shape=maps.shape)
                raise RunError(damaged_text(path, why))
        return found

    def log_tail(self, lines: int = 30) -> str:
        """The last lines of the worker's log."""
        path = self.path / "log.txt"
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 400 * lines))
            text = file.read().decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def read_optional_json(self, name: str) -> dict[str, Any] | None:
        """A JSON file of the folder; None where there is none."""
        return self._json(name) if (self.path / name).is_file() else None

    @contextmanager
    def state_lock(self) -> Iterator[None]:
        """For whoever begins a run, or changes the state or place of one that another process may
        carry out: what was looked at inside stays so until the end, for all who do likewise. What
        cannot be written is told in one line (RunError)."""
        try:
            with files.locked(self.path.parent / STATE_LOCK):
                yield
        except OSError as error:
            raise RunError(os_error_line(error)) from error

    def write_status(self, status: Status) -> None:
        files.write_json(self.path / "status.json", asdict(status))

    def update_status(self, **changes: Any) -> None:
        self.write_status(replace(self.status(), **changes))

    def report(self, clock: Clock, phase: str, **changes: Any) -> None:
        """Notes that this process carries it out, and what it does."""
        now, before = clock().isoformat(timespec="seconds"), self.status()
        began = before.started if before.state == "running" else now
        told = {"state": "running", "phase": phase, "started": began, "heartbeat": now}
        self.write_status(replace(before, **told | {"pid": os.getpid()} | changes))

    def end(self, clock: Clock, state: State, error: str | None = None, **changes: Any) -> None:
        """Notes how it ended."""
        now = clock().isoformat(timespec="seconds")
        told = {"state": state, "error": error, "finished": now, "phase": "", "eta_seconds": None}
        self.update_status(**told | changes)

    def request_cancel(self) -> None:
        """Leaves word for whoever trains the run that it should stop."""
        (self.path / CANCEL_FILE).touch()

    def cancel_requested(self) -> bool:
        return (self.path / CANCEL_FILE).exists()

    def owned(self) -> bool:
        """Whether a process holds the run to carry it out (core.jobs.tasks.attempt)."""
        return files.is_locked(self.path / OWNER_LOCK)

    def resumable(self) -> bool:
        """Whether the run stopped before its end and can go on; without a checkpoint it begins
        again from its first epoch, which gives the same bits."""
        return self.status().state in ("failed", "cancelled", "paused")

    def lost_process_text(self, status: Status) -> str:
        """One line for a run whose process is gone."""
        return N_("its process ({pid}) stopped in epoch {epoch}; it can be resumed").format(
            pid=status.pid, epoch=status.epoch + 1
        )

    def repair(self) -> None:
        """Puts right what the process that is gone was about to do elsewhere."""

    def requeue(self) -> None:
        """Sets a stopped run back to `queued`; only inside `changing`. Raises RunError when it has
        not stopped, or a process holds it whatever its state says."""
        refuse_example(self.id)
        if not self.resumable():
            told = N_("{run}: is {state}; only a stopped run can be resumed")
            raise RunError(told.format(run=self.id, state=self.status().state))
        if self.owned():
            told = N_("{run}: process {pid} is still running it; stop that process first")
            raise RunError(told.format(run=self.id, pid=files.lock_holder(self.path / OWNER_LOCK)))
        (self.path / CANCEL_FILE).unlink(missing_ok=True)
        worked = worked_seconds(self.status())
        forgotten = {"error": None, "finished": None, "pid": None, "phase": "", "place": ""}
        self.update_status(state="queued", earlier=worked, **forgotten)

    def _json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            data = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            raise RunError(N_("{path}: missing", path=path)) from None
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(damaged_text(path, error)) from None
        if not isinstance(data, dict):
            raise RunError(damaged_text(path, N_("not an object")))
        check_schema(path, data)
        return data

    def _read_table(
        self, name: str, columns: Sequence[str], text_columns: Sequence[str] = ()
    ) -> pd.DataFrame:
        """A table with at least these columns of numbers and these of words."""
        frame = self._csv(name, (*columns, *text_columns))
        self._check_numbers(name, frame, columns)
        return frame

    def _read_probabilities(self, name: str, text_columns: Sequence[str]) -> pd.DataFrame:
        """A table with at least these columns of words, and probabilities p_<class>."""
        # A class may be called NA or null: no word stands for a missing value.
        frame = self._csv(
            name, text_columns, dtype=dict.fromkeys(text_columns, str), na_filter=False
        )
        self._check_numbers(name, frame, [str(c) for c in frame if str(c).startswith("p_")])
        return frame

    def _csv(self, name: str, columns: Sequence[str], **options: Any) -> pd.DataFrame:
        """A table with at least these columns; no rows without the file."""
        path = self.path / name
        if not path.is_file():
            return pd.DataFrame()
        try:
            frame = pd.read_csv(path, **options)
        except pd.errors.EmptyDataError:
            return pd.DataFrame()
        except (OSError, ValueError) as error:
            raise RunError(damaged_text(path, error)) from None
        missing = [column for column in columns if column not in frame]
        if missing:
            why = N_("column {column} is missing", column=missing[0])
            raise RunError(damaged_text(path, why))
        return frame

    def _check_numbers(self, name: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
        for column in columns if len(frame) else ():
            if not pd.api.types.is_numeric_dtype(frame[column]):
                why = N_("{column} contains a value that is not a number", column=column)
                raise RunError(damaged_text(self.path / name, why))


def _log_probs(archive: Any, split: str) -> NDArray[np.float32]:
    """The answers in cams.npz. Runs from before these were kept have the class-map head, whose
    maps average to the logits."""
    if f"log_probs.{split}" in archive:
        return archive[f"log_probs.{split}"]
    logits = archive[f"maps.{split}"].astype(np.float32).mean(axis=(-2, -1))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def new_run_id(recipe: Recipe, clock: Clock) -> str:
    """An id that no run has."""
    stem = re.sub(r"[^a-z0-9-]+", "-", recipe.name.lower()).strip("-") or "run"
    return f"{clock():%Y%m%d-%H%M%S}-{stem[:40]}-s{recipe.seed}-{secrets.token_hex(4)}"


def create_run(
    runs_dir: Path,
    recipe: Recipe,
    data_dir: Path,
    clock: Clock,
    run_id: str = "",
    trial: Trial | None = None,
    begun: Run | None = None,
) -> Run:
    """A new folder with the recipe, the data set's place and the state `queued`; its id, and the
    search that it is for, where they are given. begun: a run whose epochs it begins with
    (core.recipe.repeats); it goes on from a copy of that one's checkpoint.

    Raises RunError when the folder cannot be written."""
    run_id = run_id or new_run_id(recipe, clock)
    run = Run(Path(runs_dir) / run_id)
    environment = new_environment(data_dir)
    if trial:
        environment["search"] = {"id": trial.search, "lean": trial.lean, "sets": list(trial.sets)}
    # Filled under a hidden name first: nobody ever sees a run folder without its status.
    hidden = Run(run.path.with_name(f".{run_id}.{secrets.token_hex(4)}{files.TEMP_SUFFIX}"))
    try:
        with files.staging(hidden.path):
            files.write_text(hidden.path / "recipe.yaml", recipe_yaml(recipe))
            if begun is not None:
                environment["data"] |= begun.environment()["data"]
                for path in (begun.path / name for name in _EPOCH_FILES):
                    copy = shutil.copytree if path.is_dir() else shutil.copyfile
                    copy(path, hidden.path / path.name)
            files.write_json(hidden.path / "environment.json", environment)
            hidden.write_status(new_status(clock, recipe.planned_epochs()))
            hidden.path.rename(run.path)
    except OSError as error:
        told = N_("{folder}: cannot write a run ({reason}); use another runs folder")
        raise RunError(told.format(folder=runs_dir, reason=error.strerror)) from None
    return run


def new_environment(data_dir: Path) -> dict[str, Any]:
    """environment.json of what waits."""
    return {"format": FORMAT, "data": {"path": str(Path(data_dir).resolve())}}


def new_status(clock: Clock, epochs: int = 0) -> Status:
    """status.json of what waits."""
    return Status("queued", epochs=epochs, created=clock().isoformat(timespec="seconds"))


def discard_run(run: Run) -> None:
    """Deletes a run that has not begun, for good. What cannot be deleted stays whole."""
    going = run.path.with_name(f".{run.id}.{secrets.token_hex(4)}{files.TEMP_SUFFIX}")
    with suppress(OSError):
        run.path.rename(going)
    shutil.rmtree(going, ignore_errors=True)


def find_runs(runs_dir: Path) -> list[Run]:
    """The run folders directly inside `runs_dir`, newest first."""
    if not Path(runs_dir).is_dir():
        return []
    found = [Run(p.parent) for p in Path(runs_dir).glob("[!.]*/status.json")]
    return sorted(found, key=lambda run: run.id, reverse=True)


def open_run(runs_dir: Path, run_id: str) -> Run:
    """The run of that id, an example too (core.store.examples). Raises RunError when there is none
    or the id is no plain name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", run_id):
        raise RunError(N_("{run}: not a run id", run=run_id[:80]))
    run = Run(run_folder(runs_dir, run_id))
    if not (run.path / "status.json").is_file():
        raise RunError(N_("{run}: no such run in {parent}", run=run_id, parent=run.path.parent))
    return run
