"""Carries out one run: from the recipe and the photos in its folder's terms to every file of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict

from core.base import files
from core.base.language import N_
from core.base.machine import describe_machine, give_back_memory
from core.jobs.tasks.attempt import attempt, heed, say
from core.jobs.tasks.recorder import Laps, Recorder
from core.jobs.tasks.results import refuse_other_photos, write_controls, write_results
from core.model.trained_weights import weights_bytes
from core.pipeline.setup import Setup, set_up
from core.store.run import Run
from core.store.status import Clock
from core.train.calibrate import speed_for
from core.train.checkpoint import load_checkpoint, settle_checkpoint
from core.train.estimate import Estimate, estimate, photos_of
from core.train.loop import EpochRow, fit
from core.train.speed import read_speed


def execute(
    run: Run,
    clock: Clock,
    on_epoch: Callable[[EpochRow, float | None], None] = lambda row, eta: None,
    with_controls: bool = False,
) -> None:
    """Trains and evaluates a queued run; its end is in status.json whatever happens.

    Bad input, a diverged loss, a full disk and any other error end it as `failed` with one line;
    a wish to cancel, or Ctrl-C, as `cancelled`. Every finished epoch is kept in each case.
    Raises what ended it, apart from Cancelled. `with_controls` adds its photos' controls once it is
    done.
    """
    laps = Laps()
    finished: Setup | None = None
    with attempt(run, clock) as log:
        recipe = run.recipe()
        heed(run)
        runs_dir = run.path.parent
        known = read_speed(runs_dir, recipe)
        if known is None:
            say(run, clock, N_("measuring this machine"))
        speed = speed_for(runs_dir, recipe, lambda: heed(run))
        if speed != known:
            laps.lap("measuring")
            give_back_memory()
        say(run, clock, N_("preparing the photos"))
        setup = set_up(recipe, run.data_dir(), runs_dir, lambda: heed(run), laps.lap)
        # Arithmetic alone: nothing that this run has taken so far is in it.
        expected = estimate(recipe, speed, photos_of(setup.dataset, recipe), setup.known)
        progress = load_checkpoint(run.path, setup.network, recipe)
        if progress.done:
            refuse_other_photos(run, setup)
        _describe(run, setup, expected)
        recorder = Recorder(run, setup, clock, on_epoch, laps, expected)
        recorder.take_up(progress.done)
        _tell_beginning(log, setup, progress.done)
        recorder.status("running")
        try:
            fit(setup.network, recipe, setup.inputs, setup.validation, recorder, progress)
        finally:
            settle_checkpoint(run.path, drop_spare=True)
        files.write_bytes(run.path / "weights.safetensors", weights_bytes(setup.network, recipe))
        recorder.status("running", phase=N_("looking at what it learned"))
        give_back_memory()
        write_results(run, setup, recorder.final_predictions(), recorder.end_of_results)
        recorder.status("done")
        log.info("done in %.1f s", run.timing()["seconds"].sum())
        finished = setup
    # Of the photos, not of this run: whatever happens to them, the run is done.
    if with_controls and finished is not None:
        give_back_memory()
        write_controls(run.path, finished)


def _describe(run: Run, setup: Setup, expected: Estimate) -> None:
    """Completes environment.json: what the run's bits depend on, and how long it was expected to
    take when it first began."""
    environment = run.environment()
    environment.setdefault("estimate", {"seconds": expected.seconds, "parts": expected.parts})
    environment["data"] |= {"title": setup.dataset.title, "fingerprints": setup.fingerprints}
    files.write_json(
        run.path / "environment.json",
        environment | describe_machine() | {"settings": asdict(setup.settings)},
    )


def _tell_beginning(log: logging.Logger, setup: Setup, done: int) -> None:
    photos = len(setup.inputs.views.files)
    log.info("training on %d photos, validating on %d", photos, len(setup.validation))
    if len(setup.inputs) > photos:
        log.info("balance: oversample shows %d views an epoch", len(setup.inputs))
    if setup.start:
        cache = setup.features.cache
        log.info(
            "layers 0-%d are frozen and pass each view once: features of %d sets read, %d computed",
            setup.start - 1,
            cache.hits,
            cache.misses,
        )
    elif setup.recipe.frozen_bn == "train":
        log.info("frozen_bn: train moves statistics with every batch: no features are kept")
    if done:
        log.info("resumed after epoch %d", done)
