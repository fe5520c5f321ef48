"""A finished run's answers to the challenge's photos: a folder `<runs>/.challenge/<run's id>/` with
status.json and log.txt, which the worker carries out, then answers.csv (rows of predictions.csv)
and answers.json, which says to which draw they belong."""

from pathlib import Path
from typing import Any

import pandas as pd
import pydantic

from core.base import files
from core.base.errors import RunError
from core.base.language import N_
from core.data.challenge_photos import CHALLENGE_FOLDER
from core.store.rescoring import Rescoring
from core.store.run import PREDICTION_COLUMNS


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
                N_("{path}: damaged: delete its folder, and rank the run again").format(path=path)
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
