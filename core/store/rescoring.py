"""What workers do beside training, each a folder with status.json and log.txt. Of a finished run:
`<runs>/.rescore/<run's id>/`, its scores asked for anew after labels or boxes have changed, and
`<runs>/.challenge/<run's id>/`, its answers to the challenge's photos: answers.csv (rows of
predictions.csv) and answers.json, which says to which draw they belong."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

import pandas as pd
import pydantic

from core.base import files
from core.base.errors import RunError, naming_os_errors
from core.base.language import N_
from core.data.challenge_photos import CHALLENGE_FOLDER
from core.data.dataset import Dataset
from core.data.fingerprints import truth_fingerprint
from core.store.examples import refuse_example
from core.store.index import RunRow
from core.store.provenance import read_provenance, write_provenance
from core.store.run import PREDICTION_COLUMNS, Run, new_status, open_run
from core.store.status import Clock, Status

RESCORING_FOLDER = ".rescore"
_PENDING_RESULTS = ".results"  # in a run: new results, all written, on their way to their places


class Work(Run):
    """What a worker does beside training: a folder `<runs>/<folder>/<id>/`, which need not be there
    yet. Methods raise RunError, one line naming the file."""

    folder: ClassVar[str]

    @classmethod
    def of(cls, runs_dir: Path, id_: str) -> Self:
        return cls(Path(runs_dir) / cls.folder / id_)

    @classmethod
    def find_all(cls, runs_dir: Path) -> list[Self]:
        """All of a runs folder that were asked for."""
        found = sorted(Path(runs_dir).glob(f"{cls.folder}/[!.]*/status.json"))
        return [cls(path.parent) for path in found]

    def exists(self) -> bool:
        """Whether it has been asked for."""
        return (self.path / "status.json").is_file()

    @property
    def work_id(self) -> str:
        return f"{self.folder}/{self.id}"

    @property
    def runs_dir(self) -> Path:
        return self.path.parent.parent

    def lost_process_text(self, status: Status) -> str:
        return N_("its process ({pid}) stopped; you can start it again", pid=status.pid)


class Rescoring(Work):
    """A rescoring's folder, named as its run."""

    folder = RESCORING_FOLDER

    def source_run(self) -> Run:
        """The run itself. Raises RunError when it is gone."""
        return open_run(self.runs_dir, self.id)

    def repair(self) -> None:
        """Puts in place what was whole when its process was killed."""
        run = self.source_run()
        with run.state_lock():
            _finish_install(run)


def create_rescoring(rescoring: Rescoring, clock: Clock) -> None:
    """Asks for it, with the state `queued`; what an earlier one left goes. Raises RunError when
    the run is an example or cannot answer."""
    refuse_example(rescoring.id)
    check_can_predict(rescoring.source_run())
    with naming_os_errors(rescoring.path):
        shutil.rmtree(rescoring.path, ignore_errors=True)
        rescoring.path.mkdir(parents=True)
        rescoring.write_status(new_status(clock))


def install_results(run: Run, stage: Path) -> None:
    """Replaces files of a finished run by those of a folder inside it, which goes: all or none,
    wherever it is killed, once somebody has looked (`Rescoring.settle`). Raises RunError."""
    with run.state_lock():
        _finish_install(run)
        stage.rename(run.path / _PENDING_RESULTS)
        _finish_install(run)
        arrival = read_provenance(run.path.parent, run.id)
        if arrival and arrival.unconfirmed:
            write_provenance(run.path.parent, run.id, replace(arrival, unconfirmed=""))


def _finish_install(run: Run) -> None:
    """Only inside `changing`."""
    whole = run.path / _PENDING_RESULTS
    if whole.is_dir():
        for path in sorted(whole.iterdir()):
            path.replace(run.path / path.name)
        whole.rmdir()


def check_can_predict(run: Run) -> None:
    """Raises RunError when a run is not finished or without its weights."""
    if run.status().state != "done":
        raise RunError(N_("{run}: not finished ({state})", run=run.id, state=run.status().state))
    if not has_weights(run):
        told = N_("{run}: its trained weights are not stored here, so it cannot predict again")
        raise RunError(told.format(run=run.id))


def has_weights(run: Run) -> bool:
    """Whether the run's trained weights are kept, so that it can answer again."""
    return (run.path / "weights.safetensors").is_file()


def outdated_runs(runs_dir: Path, rows: list[RunRow], dataset: Dataset) -> list[RunRow]:
    """The finished runs on a data set whose scores come from other labels or boxes than it has
    now, and that can answer again. A run from before its labels were noted counts as one; an
    example keeps its scores."""
    now = {each.name: truth_fingerprint(each) for each in dataset.test_sets}
    place, found = str(dataset.root.resolve()), []
    for row in rows:
        if row.example or row.status.state != "done" or row.problem or row.data_path != place:
            continue
        run = Run(Path(runs_dir) / row.id)
        prints = (run.environment()["data"].get("fingerprints") or {}).get("test_sets") or {}
        scored = {name: prints.get(name, {}).get("truth") for name in now}
        if scored != now and has_weights(run):
            found.append(row)
    return found


class ChallengeResult(pydantic.BaseModel):
    """answers.json. draw: the photos' fingerprint (core.data.challenge_photos.ChallengeSet.print).
    localisation: as in summary.json; None where no box counts."""

    draw: str
    localisation: dict[str, Any] | None = None

    @property
    def lift(self) -> float | None:
        """Evidence in the boxes against evidence strewn evenly."""
        return None if self.localisation is None else float(self.localisation["lift"])


class ChallengeEvaluation(Rescoring):
    """A run put to the challenge's photos."""

    folder = CHALLENGE_FOLDER

    def result(self) -> ChallengeResult | None:
        """What is known of its answers; None until they are there."""
        path = self.path / "answers.json"
        if not path.is_file():
            return None
        try:
            return ChallengeResult.model_validate_json(path.read_bytes())
        except (OSError, pydantic.ValidationError):
            raise RunError(
                N_("{path}: damaged; delete its folder and rank the run again", path=path)
            ) from None

    def challenge_predictions(self) -> pd.DataFrame:
        """Its answers as core.store.run.Run.predictions gives a run's; no rows until then."""
        return self._read_probabilities("answers.csv", PREDICTION_COLUMNS)


def challenge_fingerprint(runs_dir: Path) -> str:
    """Changes whenever a run has answered, or other photos were drawn."""
    folder = Path(runs_dir) / CHALLENGE_FOLDER
    found = sorted(folder.glob("*/answers.json"))  # of .photos there is none
    return " ".join(
        files.quick_fingerprint(path) for path in (folder / ".photos" / "drawn.json", *found)
    )
