"""Puts a finished run to the challenge's photos, as the worker does a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from core.base import files
from core.base.errors import RunError
from core.base.language import N_
from core.base.machine import settle_threads
from core.data.challenge_photos import CLASSES, PHOTOS, Draw, draw_challenge, read_draw
from core.data.photos import photo_size
from core.evaluate.localisation import localisation_summary, localise
from core.evaluate.predictor import Answerer, classes_of
from core.jobs.tasks.attempt import attempt, heed, say
from core.jobs.tasks.recorder import write_table
from core.pipeline.predict import object_set, photo_set, prediction_rows
from core.store.challenge_answers import Answered, Trial
from core.store.run import Run
from core.store.status import Clock

_TELL_SECONDS = 1.0  # how often the drawing is told of


def carry_out_trial(trial: Trial, clock: Clock, photos: int = PHOTOS) -> None:
    """Draws the photos where there are none yet, and writes the run's answers; the end is in the
    trial's status.json whatever happens. Raises what ended it, apart from a wish to cancel."""
    with attempt(trial, clock) as log:
        heed(trial)
        say(trial, clock, N_("answering the hidden photos"))
        draw = draw_challenge(trial.path.parent.parent, photos, _teller(trial, clock))
        write_answers(trial, draw)
        now = clock().isoformat(timespec="seconds")
        trial.write_status(
            replace(trial.status(), state="done", phase="", heartbeat=now, finished=now)
        )
        log.info("answered %d photos", draw.photos)


def write_answers(trial: Trial, draw: Draw) -> None:
    """answers.csv and answers.json of the trial's run. Raises InputError: one line."""
    rows, answered = ask(trial.run(), draw)
    trial.path.mkdir(parents=True, exist_ok=True)
    write_table(trial.path / "answers.csv", rows)
    files.write_text(trial.path / "answers.json", answered.model_dump_json(indent=1))


def ask(run: Run, draw: Draw) -> tuple[pd.DataFrame, Answered]:
    """The run's answers to the draw's photos and to each object in them, cut out, as rows of
    predictions.csv, and where it looks. Raises InputError: one line, when it cannot answer."""
    classes = classes_of(run)
    if tuple(sorted(classes)) != CLASSES:
        raise RunError(
            N_("{run}: does not tell the toy books apart, but {classes}").format(
                run=run.id, classes=", ".join(classes)
            )
        )
    settle_threads()
    test_set, answerer = read_draw(draw), Answerer(run)
    size, crop = answerer.recipe.image_size, answerer.recipe.crop
    whole = photo_set(test_set, size, crop)
    told = answerer.predictions(whole.pixels)
    tables = [prediction_rows(whole, told, classes)]
    cut_out = object_set(test_set, classes, size, crop)
    if cut_out is not None:
        tables.append(prediction_rows(cut_out, answerer.predictions(cut_out.pixels), classes))
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    maps = told.maps.astype(np.float32)
    where = localise(maps, list(whole.files), classes, test_set, sizes, crop)
    return pd.concat(tables), Answered(draw=draw.print, localisation=localisation_summary(where))


def _teller(trial: Trial, clock: Clock) -> Callable[[int, int], None]:
    """Tells how far the drawing is, and heeds a wish to stop."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        heed(trial)
        if done < total and time.monotonic() - told < _TELL_SECONDS:
            return
        told = time.monotonic()
        now = clock().isoformat(timespec="seconds")
        phase = N_("drawing the hidden photos, {n} of {total}").format(n=done, total=total)
        trial.write_status(replace(trial.status(), phase=phase, heartbeat=now))

    return tell
