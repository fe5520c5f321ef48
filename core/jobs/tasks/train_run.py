"""Carries out one run: from the recipe and the photos in its folder's terms to every file of it."""

import logging
from collections.abc import Callable
from dataclasses import asdict

from core.base import files
from core.base.language import N_
from core.base.machine import describe_machine, release_memory
from core.jobs.tasks.attempt import check_cancelled, run_lifecycle
from core.jobs.tasks.recorder import PhaseTimer, Recorder
from core.jobs.tasks.results import check_photos_unchanged, write_controls, write_results
from core.model.network import serialize_weights
from core.pipeline.setup import Setup, set_up
from core.store.run import Run
from core.store.status import Clock
from core.train.checkpoint import load_checkpoint, repair_checkpoint
from core.train.estimate import Estimate, count_photos, estimate, record_timing
from core.train.loop import EpochRow, fit


def run_training(
    run: Run,
    clock: Clock,
    on_epoch: Callable[[EpochRow, float | None], None] = lambda row, eta: None,
    with_controls: bool = False,
) -> None:
    """Trains and evaluates a queued run; its end is in status.json whatever happens.

    Bad input, a diverged loss, a full disk and any other error end it as `failed` with one line;
    a wish to cancel, or Ctrl-C, as `cancelled`. Every finished epoch is kept in each case.
    Raises what ended it, apart from Cancelled. `with_controls` adds its photos' controls once it is
    done."""
    laps = PhaseTimer()
    finished: Setup | None = None
    with run_lifecycle(run, clock) as log:
        recipe, trial = run.recipe(), run.trial()
        lean = trial is not None and trial.lean
        check_cancelled(run)
        runs_dir = run.path.parent
        run.report(clock, N_("preparing photos"))
        begun = run.environment()
        setup = set_up(
            recipe,
            run.data_dir(),
            runs_dir,
            lambda: check_cancelled(run),
            laps.end_phase,
            class_order=run.class_order(),
            noted=begun["data"].get("fingerprints"),
            only_sets=trial.sets if lean and trial else None,
            threads=(begun.get("machine") or {}).get("threads") or 0,
        )
        photos = count_photos(setup.dataset, recipe)
        expected = estimate(runs_dir, recipe, photos, setup.cached_share)
        if lean:
            log.info("a trial of a search: no class maps, no diagnosis; core evaluate makes one")
        progress = load_checkpoint(run.path, setup.network, recipe)
        if progress.epochs_done:
            check_photos_unchanged(run, setup)
        _complete_environment(run, setup, expected)
        recorder = Recorder(run, setup, clock, on_epoch, laps, expected, snapshots=not lean)
        recorder.resume_from(progress.epochs_done)
        _log_start(log, setup, progress.epochs_done)
        recorder.report()
        try:
            fit(
                setup.network,
                recipe,
                setup.inputs,
                setup.validation,
                recorder,
                progress,
                setup.plain_training_photos,
            )
        finally:
            repair_checkpoint(run.path, delete_spare=True)
        files.write_bytes(
            run.path / "weights.safetensors", serialize_weights(setup.network, recipe)
        )
        recorder.report(N_("evaluating"))
        release_memory()
        write_results(run, setup, recorder.last_predictions, recorder.end_results_phase)
        if not progress.epochs_done:
            record_timing(runs_dir, recipe, photos, setup.cached_share, run.timing())
        recorder.end()
        log.info("done in %.1f s", run.timing()["seconds"].sum())
        finished = setup
    # Of the photos, not of this run: whatever happens to them, the run is done.
    if with_controls and finished is not None and not lean:
        release_memory()
        write_controls(run.path, finished)


def _complete_environment(run: Run, setup: Setup, expected: Estimate) -> None:
    """Completes environment.json: what the run's bits depend on, and how long it was expected to
    take when it first began."""
    environment = run.environment()
    environment.setdefault("estimate", {"seconds": expected.seconds, "parts": expected.parts})
    environment["data"] |= {"title": setup.dataset.title, "fingerprints": setup.fingerprints}
    environment["data"]["classes"] = list(setup.dataset.classes)
    now, before = describe_machine(), environment.get("machine")
    if before and before != now["machine"]:  # it may add up in another order than that one did
        environment.setdefault("earlier_machines", []).append(before)
    files.write_json(
        run.path / "environment.json", environment | now | {"settings": asdict(setup.settings)}
    )


def _log_start(log: logging.Logger, setup: Setup, finished_epochs: int) -> None:
    photos = len(setup.inputs.views.files)
    log.info("training on %d photos, validating on %d", photos, len(setup.validation))
    if len(setup.inputs) > photos:
        log.info("balance: oversample shows %d views an epoch", len(setup.inputs))
    if setup.start_layer:
        cache = setup.features.cache
        log.info(
            "layers 0-%d are frozen and pass each view once: features of %d sets read, %d computed",
            setup.start_layer - 1,
            cache.hits,
            cache.misses,
        )
    elif setup.recipe.frozen_bn == "train":
        log.info("frozen_bn: train moves statistics with every batch: no features are kept")
    if finished_epochs:
        log.info("resumed after epoch %d", finished_epochs)
