"""Puts a finished run to the challenge's photos, as the worker does a run."""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from core.base import files
from core.base.errors import RunError
from core.base.language import N_
from core.base.machine import configure_threads
from core.data.challenge_photos import (
    CLASSES,
    PHOTO_COUNT,
    ChallengeSet,
    draw_challenge_set,
    read_challenge_set,
)
from core.data.photos import photo_size
from core.evaluate.localisation import localisation_summary, localise
from core.evaluate.predictor import Predictor, classes_of
from core.jobs.tasks.attempt import check_cancelled, run_lifecycle
from core.jobs.tasks.recorder import write_table
from core.pipeline.predict import object_set, photo_set_of, prediction_rows
from core.store.rescoring import ChallengeEvaluation, ChallengeResult
from core.store.run import Run
from core.store.status import Clock

_PROGRESS_INTERVAL_SECONDS = 1.0  # how often the drawing is told of


def run_challenge_evaluation(
    trial: ChallengeEvaluation, clock: Clock, photo_count: int = PHOTO_COUNT
) -> None:
    """Draws the photos where there are none yet, and writes the run's answers; the end is in the
    trial's status.json whatever happens. Raises what ended it, apart from a wish to cancel."""
    with run_lifecycle(trial, clock) as log:
        check_cancelled(trial)
        trial.report(clock, N_("predicting the hidden photos"))
        draw = draw_challenge_set(trial.runs_dir, photo_count, _progress_reporter(trial, clock))
        write_predictions(trial, draw)
        trial.end(clock, "done")
        log.info("answered %d photos", draw.photo_count)


def write_predictions(trial: ChallengeEvaluation, draw: ChallengeSet) -> None:
    """answers.csv and answers.json of the trial's run. Raises InputError: one line."""
    rows, answered = predict_challenge_set(trial.source_run(), draw)
    trial.path.mkdir(parents=True, exist_ok=True)
    write_table(trial.path / "answers.csv", rows)
    files.write_text(trial.path / "answers.json", answered.model_dump_json(indent=1))


def predict_challenge_set(run: Run, draw: ChallengeSet) -> tuple[pd.DataFrame, ChallengeResult]:
    """The run's answers to the draw's photos and to each object in them, cut out, as rows of
    predictions.csv, and where it looks. Raises InputError: one line, when it cannot answer."""
    classes = classes_of(run)
    if tuple(sorted(classes)) != CLASSES:
        problem = N_("{run}: classifies {classes}, not the toy books")
        raise RunError(problem.format(run=run.id, classes=", ".join(classes)))
    configure_threads()
    test_set, answerer = read_challenge_set(draw), Predictor(run)
    size, crop = answerer.recipe.image_size, answerer.recipe.crop
    whole = photo_set_of(test_set, size, crop)
    told = answerer.predict_pixels(whole.pixels)
    tables = [prediction_rows(whole, told, classes)]
    cut_out = object_set(test_set, classes, size, crop)
    if cut_out is not None:
        tables.append(prediction_rows(cut_out, answerer.predict_pixels(cut_out.pixels), classes))
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    maps = told.maps.astype(np.float32)
    where = localise(maps, list(whole.files), classes, test_set, sizes, crop)
    return pd.concat(tables), ChallengeResult(
        draw=draw.fingerprint, localisation=localisation_summary(where)
    )


def _progress_reporter(trial: ChallengeEvaluation, clock: Clock) -> Callable[[int, int], None]:
    """Tells how far the drawing is, and heeds a wish to stop."""
    told = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal told
        check_cancelled(trial)
        if done < total and time.monotonic() - told < _PROGRESS_INTERVAL_SECONDS:
            return
        told = time.monotonic()
        trial.report(clock, N_("generating the hidden photos, {n} of {total}", n=done, total=total))

    return report
