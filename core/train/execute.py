"""Carries out one run: from the recipe and the photos in its folder's terms to every file of it."""

from __future__ import annotations

import logging
import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

import pandas as pd
import torch

from core import files
from core.data.dataset import Dataset, fingerprints, read_dataset
from core.data.photos import photo_size
from core.data.split import holdout
from core.errors import InputError
from core.evaluate.localise import localisation_summary, localise
from core.evaluate.predict import (
    PhotoSet,
    Predictions,
    object_set,
    photo_set,
    predict,
    prediction_rows,
    validation_set,
)
from core.evaluate.scores import accuracy, set_scores
from core.model.network import Network, build_network
from core.recipe import Holdout, Recipe
from core.store.run import Clock, Run, State
from core.train.checkpoint import changed_tensors, load_checkpoint, weights_bytes
from core.train.feature_cache import FeatureCache
from core.train.inputs import Features, TrainingInputs
from core.train.loop import EpochRow, fit
from core.train.machine import describe_machine, keep_memory, settle_threads
from core.train.precision import Settings, resolve
from core.train.prefix import Prefix, prefix_length
from core.train.recorder import Cancelled, Recorder, write_table
from core.train.seeds import derived_seed
from core.train.views import TrainingViews


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
        if run.cancel_asked():
            raise Cancelled
        _say(run, clock, "reading the photos")
        threads = settle_threads()
        keep_memory()
        settings = resolve(recipe)
        dataset = read_dataset(run.data_dir())
        prints = fingerprints(dataset)
        _describe(run, dataset, prints, settings)
        torch.manual_seed(derived_seed(recipe.seed, "weights"))
        low = settings.training == "bfloat16"
        network = build_network(recipe, dataset.classes, settings.device, low)
        prefix = Prefix(network, prefix_length(network, recipe), recipe.backbone, settings)
        cache = FeatureCache(run.path.parent)
        features = Features(prefix, cache, recipe, network.base_weights, threads)
        if prefix.length:
            log.info("layers 0-%d are frozen: their features are computed once", prefix.length - 1)
        elif recipe.frozen_bn == "train":
            log.info("frozen_bn: train moves statistics with every batch: no features are kept")
        train, validate = _split(dataset, recipe)
        size, crop = recipe.image_size, recipe.crop
        validation = features.of_photos(
            validation_set(dataset, validate, size, crop), prints["train"]
        )
        sets = [
            features.of_photos(photo_set(t, size, crop), prints["test_sets"][t.name]["photos"])
            for t in dataset.test_sets
        ]
        _say(run, clock, "computing the frozen layers' features" if prefix.length else "training")
        inputs = TrainingInputs(TrainingViews(recipe, dataset, train), features, prints["train"])
        recorder = Recorder(run, recipe, network, sets, clock, on_epoch, began, start=prefix.length)
        done, optimizer = load_checkpoint(run.path, network, recipe)
        recorder.take_up(done)
        recorder.lap("features" if prefix.length else "photos", done)
        log.info("training on %d photos, validating on %d", len(train), len(validate))
        log.info("features: %d read, %d computed", cache.hits, cache.misses)
        if done:
            log.info("resumed after epoch %d", done)
        recorder.status("running")
        fit(network, recipe, inputs, validation, recorder, done, optimizer)
        recorder.status("running", phase="predicting the test photos")
        files.write_bytes(run.path / "weights.safetensors", weights_bytes(network, recipe))
        summary = _evaluate(
            run, recipe, dataset, network, validation, sets, recorder, features, prints
        )
        recorder.lap("evaluate", recipe.planned_epochs())
        summary["seconds"] = round(float(run.timing()["seconds"].sum()), 1)
        files.write_json(run.path / "summary.json", summary)
        recorder.status("done")
        log.info("done in %.1f s", summary["seconds"])
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


def _describe(run: Run, dataset: Dataset, prints: dict[str, Any], settings: Settings) -> None:
    """Completes environment.json: what the run's bits depend on."""
    environment = run.environment()
    environment["data"] |= {"title": dataset.title, "fingerprints": prints}
    files.write_json(
        run.path / "environment.json",
        environment | describe_machine() | {"settings": asdict(settings)},
    )


def _split(dataset: Dataset, recipe: Recipe) -> tuple[list[int], list[int]]:
    if not isinstance(recipe.split, Holdout):
        raise NotImplementedError("other splits are refused when a recipe is read")
    return holdout(dataset.train_labels, recipe.split)


def _evaluate(
    run: Run,
    recipe: Recipe,
    dataset: Dataset,
    network: Network,
    validation: PhotoSet,
    sets: list[PhotoSet],
    recorder: Recorder,
    features: Features,
    prints: dict[str, Any],
) -> dict[str, Any]:
    """Writes predictions.csv and returns the content of summary.json, but for the seconds."""
    classes = dataset.classes

    def answer(photos: PhotoSet) -> Predictions:
        return predict(network, photos, recipe.backbone, features.prefix.length)

    tables = [prediction_rows(validation, answer(validation), classes)]
    scored: dict[str, Any] = {}
    for test_set, photos in zip(dataset.test_sets, sets, strict=True):
        found = recorder.final_maps(photos.split)
        found = found if found is not None else answer(photos)
        rows = prediction_rows(photos, found, classes)
        objects = object_set(test_set, classes, recipe.image_size, recipe.crop)
        object_rows = rows.iloc[:0]
        if objects is not None:
            objects = features.of_photos(objects, repr(prints["test_sets"][test_set.name]))
            object_rows = prediction_rows(objects, answer(objects), classes)
        tables += [rows, object_rows]
        sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
        located = localise(found.maps, photos.files, classes, test_set, sizes, recipe.crop)
        scored[test_set.name] = {
            "photos": len(photos),
            "scores": set_scores(rows, object_rows, classes),
            "localisation": localisation_summary(located),
        }
    predictions = pd.concat([table for table in tables if len(table)], ignore_index=True)
    write_table(run.path / "predictions.csv", predictions)
    plain = predictions[predictions["split"] == "validation"]
    history = run.history()
    correct = accuracy(list(plain["predicted"]), list(plain["primary"]))
    return {
        "classes": list(classes),
        "epochs": len(history),
        "trained_weights": sum(
            weight.numel() for weight in network.parameters() if weight.requires_grad
        ),
        "stored_tensors": len(changed_tensors(network, recipe)),
        "validation": {"loss": float(history["val_loss"].iloc[-1]), "accuracy": vars(correct)},
        "sets": scored,
    }


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
