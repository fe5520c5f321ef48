"""Carries out one run: from the recipe and the photos in its folder's terms to every file of it."""

from __future__ import annotations

import logging
import os
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace

from core import files
from core.errors import InputError
from core.evaluate.diagnose import diagnose
from core.evaluate.evaluate import evaluate
from core.evaluate.predict import Predictions
from core.store.run import Clock, Run, State
from core.train.checkpoint import load_checkpoint, weights_bytes
from core.train.loop import EpochRow, fit
from core.train.machine import describe_machine
from core.train.recorder import Cancelled, Recorder, write_table
from core.train.setup import Setup, set_up


def execute(
    run: Run,
    clock: Clock,
    on_epoch: Callable[[EpochRow, float | None], None] = lambda row, eta: None,
) -> None:
    """Trains and evaluates a queued run; its end is in status.json whatever happens.

    Bad input, a diverged loss, a full disk and any other error end it as `failed` with one line;
    a wish to cancel, or Ctrl-C, as `cancelled`. Every finished epoch is kept in each case.
    Raises what ended it, apart from Cancelled.
    """
    began = time.monotonic()
    log = _open_log(run)
    try:
        recipe = run.recipe()
        _heed(run)
        _say(run, clock, "preparing the photos")
        setup = set_up(recipe, run.data_dir(), run.path.parent, tick=lambda: _heed(run))
        _describe(run, setup)
        recorder = Recorder(run, setup, clock, on_epoch, began)
        done, optimizer = load_checkpoint(run.path, setup.network, recipe)
        recorder.take_up(done)
        recorder.lap("features" if setup.start else "photos", done)
        _tell_beginning(log, setup, done)
        recorder.status("running")
        fit(setup.network, recipe, setup.inputs, setup.validation, recorder, done, optimizer)
        files.write_bytes(run.path / "weights.safetensors", weights_bytes(setup.network, recipe))
        recorder.status("running", phase="looking at what it learned")
        last = recipe.planned_epochs()
        write_results(
            run, setup, recorder.final_predictions(), lambda phase: recorder.lap(phase, last)
        )
        recorder.status("done")
        log.info("done in %.1f s", run.timing()["seconds"].sum())
    except Cancelled:
        log.info("cancelled")
        _end(run, clock, "cancelled", None)
    except KeyboardInterrupt:
        log.info("interrupted")
        _end(run, clock, "cancelled", None)
        raise
    except InputError as error:
        log.error("%s", error)
        _end(run, clock, "failed", str(error))
        raise
    except Exception as error:
        log.error("%s", traceback.format_exc())
        first_line = (str(error).strip().splitlines() or [""])[0]
        _end(run, clock, "failed", f"{type(error).__name__}: {first_line}"[:300])
        raise
    finally:
        for handler in log.handlers[:]:
            handler.close()
            log.removeHandler(handler)


def write_results(
    run: Run,
    setup: Setup,
    known: Mapping[str, Predictions],
    lap: Callable[[str], None] = lambda phase: None,
) -> None:
    """Everything that is told of a trained network: predictions.csv, drift.csv, reliance.csv,
    diagnosis.json and, last, summary.json. known: as for core.evaluate.evaluate. `lap` is told
    each phase's end."""
    found = evaluate(setup, known)
    write_table(run.path / "predictions.csv", found.rows)
    lap("evaluate")
    history = run.history()
    diagnosis = diagnose(setup, found, history)
    lap("diagnose")
    write_table(run.path / "drift.csv", diagnosis.drift)
    write_table(run.path / "reliance.csv", diagnosis.reliance)
    files.write_json(run.path / "diagnosis.json", diagnosis.data)
    summary = {
        "classes": list(setup.network.classes),
        "epochs": len(history),
        "seconds": round(float(run.timing()["seconds"].sum()), 1),
        "trained_weights": sum(w.numel() for w in setup.network.parameters() if w.requires_grad),
        "validation": {"loss": float(history["val_loss"].iloc[-1]), "accuracy": found.validation},
        "sets": found.sets,
        "verdict": diagnosis.data["verdict"],
    }
    files.write_json(run.path / "summary.json", summary)


def _describe(run: Run, setup: Setup) -> None:
    """Completes environment.json: what the run's bits depend on."""
    environment = run.environment()
    environment["data"] |= {"title": setup.dataset.title, "fingerprints": setup.fingerprints}
    files.write_json(
        run.path / "environment.json",
        environment | describe_machine() | {"settings": asdict(setup.settings)},
    )


def _tell_beginning(log: logging.Logger, setup: Setup, done: int) -> None:
    log.info("training on %d photos, validating on %d", len(setup.inputs), len(setup.validation))
    if setup.start:
        cache = setup.features.cache
        log.info(
            "layers 0-%d are frozen and pass each view once: features of %d sets read, %d computed",
            setup.start - 1, cache.hits, cache.misses,
        )  # fmt: skip
    elif setup.recipe.frozen_bn == "train":
        log.info("frozen_bn: train moves statistics with every batch: no features are kept")
    if done:
        log.info("resumed after epoch %d", done)


def _heed(run: Run) -> None:
    if run.cancel_asked():
        raise Cancelled


def _say(run: Run, clock: Clock, phase: str) -> None:
    now = clock().isoformat(timespec="seconds")
    run.write_status(
        replace(
            run.status(), state="running", phase=phase, started=now, heartbeat=now, pid=os.getpid()
        )
    )


def _end(run: Run, clock: Clock, state: State, error: str | None) -> None:
    now = clock().isoformat(timespec="seconds")
    # On a full disk this fails too; the worker's recovery then writes the end when it can.
    with suppress(OSError, InputError):
        run.write_status(
            replace(
                run.status(), state=state, error=error, finished=now, phase="", eta_seconds=None
            )
        )


def _open_log(run: Run) -> logging.Logger:
    log = logging.getLogger(f"overfit_lens.run.{run.id}")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = logging.FileHandler(run.path / "log.txt", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    return log
