"""Plausible run folders and a tiny data set of drawn photos, made without any training."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from core.data.dataset import Dataset, TestSet, read_dataset
from core.data.fingerprints import fingerprints
from core.data.label_tables import Box
from core.data.photos import open_photo
from core.evaluate.localisation import localisation_summary, localise, view_box
from core.evaluate.scores import set_scores, wilson
from core.recipe.bands import stage_ranges
from core.recipe.files import load_recipe
from core.recipe.layer_table import head_start, network_layers
from core.recipe.schema import Recipe
from core.store.examples import EXAMPLE_PREFIX
from core.store.lr_finder import LrSearch, Suggestion, create_lr_search, find_lr_search
from core.store.run import Run, create_run
from core.train.schedule import lr_scale, planned_epochs
from tests.factory_diagnosis import write_diagnosis

COLOURS = {"blue": "#2f5d9b", "red": "#b03a2e"}
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


# --- a data set -------------------------------------------------------------------------------


def minimal_summary(**sets):
    """The least that summary.json holds. sets: test sets by name."""
    accuracy = {"value": 1.0, "low": 0.8, "high": 1.0, "total": 15, "correct": 15, "constant": 0.4}
    validation = {"loss": 0.1, "accuracy": accuracy}
    return {
        "classes": ["a", "b"],
        "epochs": 3,
        "trained_weights": 1,
        "validation": validation,
        "sets": sets,
    }


def write_dataset(root: Path, labelled: bool = True, photos: int = 4) -> Dataset:
    """Two books and a background, `photos` photos of each; test sets `test` and
    `test_difficult`, with labels and boxes when `labelled`."""
    for name, data in _dataset_files(labelled, photos).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return read_dataset(root)


@cache
def _dataset_files(labelled: bool, photos: int) -> dict[str, bytes]:
    """The data set's files by name: drawn once, as most tests write the same ones."""
    random = np.random.default_rng(1)
    files: dict[str, bytes] = {}
    for name in (*COLOURS, "background"):
        for number in range(photos):
            files[f"train/{name}/{name}_{number}.jpg"], _ = _draw_photo([name], random)
    labels, boxes = [], []
    for split, count in (("test", 3), ("test_difficult", 6)):
        for number in range(count):
            names = [list(COLOURS)[number % 2]] if split == "test" else list(COLOURS)
            if number == 5:
                names = []
            file = f"img_{number}.jpg"
            files[f"{split}/{file}"], drawn = _draw_photo(names, random)
            labels.append((split, file, names[0] if names else "background", " ".join(names)))
            boxes += [(split, file, name, *corners, 1.0) for name, corners in drawn]
    if labelled:
        files["labels.csv"] = _csv_bytes(("split", "file", "primary", "present"), labels)
        header = ("split", "file", "label", "x0", "y0", "x1", "y1", "visible_fraction")
        files["boxes.csv"] = _csv_bytes(header, boxes)
    return files


def _csv_bytes(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def _draw_photo(
    names: list[str], random: np.random.Generator
) -> tuple[bytes, list[tuple[str, tuple[float, float, float, float]]]]:
    """A photo of these books as a JPEG, and where they are on it."""
    grain = random.normal(150, 12, (120, 160, 3)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(grain)
    pen, found = ImageDraw.Draw(image), []
    for place, name in enumerate(name for name in names if name in COLOURS):
        x, y = 12 + 78 * place + int(random.integers(12)), 20 + int(random.integers(20))
        pen.rectangle((x, y, x + 50, y + 70), fill=COLOURS[name], outline="white", width=3)
        corners = (x / 160, y / 120, (x + 51) / 160, (y + 71) / 120)
        found.append((name, tuple(round(value, 4) for value in corners)))
    data = io.BytesIO()
    image.save(data, "JPEG")
    return data.getvalue(), found  # type: ignore[return-value]


# --- runs -----------------------------------------------------------------------------------------


def write_run(
    runs_dir: Path,
    dataset: Dataset,
    preset: str = "quick",
    state: str = "done",
    *,
    changes: dict[str, Any] | None = None,
    minutes: int = 0,
    object_evidence: float | None = None,
    validated: bool = False,
) -> Run:
    """A run folder in that state, created `minutes` after the first. `object_evidence`: how much of
    its evidence lies on the objects, 0..1 (by default much for `quick`, little for the others). A
    finished run with much of it `generalises`, one with little is an `overfit that looks good`.
    validated: with predictions of the validation photos, as training writes them."""
    recipe = load_recipe(preset, changes)
    created = START + timedelta(minutes=minutes)
    run = create_run(runs_dir, recipe, dataset.root, lambda: created)
    object_evidence = (
        (0.85 if preset.startswith("quick") else 0.12)
        if object_evidence is None
        else object_evidence
    )
    total = recipe.planned_epochs()
    done = {"queued": 0, "done": total}.get(state, total // 2)
    status = replace(run.status(), state=state, epoch=done, epochs=total)
    if state != "queued":
        status = replace(status, started=_iso(created), heartbeat=_iso(created))
        _write_history(run, recipe, done)
        (run.path / "log.txt").write_text(
            "".join(f"epoch {epoch} of {total}\n" for epoch in range(1, done + 1)), "utf-8"
        )
    if state == "running":
        now = datetime.now(UTC)
        status = replace(
            status,
            phase="training",
            eta_seconds=40,
            pid=1,
            heartbeat=_iso(now),
            started=_iso(now - timedelta(seconds=30)),
        )
    elif state == "failed":
        status = replace(status, error="the worker (process 4242) stopped in epoch 17")
    if status.ended:
        status = replace(status, finished=_iso(created + timedelta(seconds=2 * done)))
    if state == "done":
        _write_cached_results(run, recipe, dataset, object_evidence)
        if validated:
            _add_validation_predictions(run, dataset.classes)
    run.write_status(status)
    return run


def write_example(
    folder: Path, dataset: Dataset, name: str, preset: str = "quick", **options: Any
) -> Run:
    """An example run of that name (core.store.examples) in a folder of examples."""
    run = write_run(folder, dataset, preset, **options)
    return Run(run.path.rename(folder / f"{EXAMPLE_PREFIX}{name}"))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _write_history(run: Run, recipe: Recipe, done: int) -> None:
    random = np.random.default_rng(recipe.seed)
    rows = []
    for epoch in planned_epochs(recipe)[:done]:
        fall = np.exp(-4 * epoch.number / recipe.planned_epochs())
        row: dict[str, Any] = {
            "epoch": epoch.number,
            "stage": epoch.stage,
            "cycle": epoch.cycle,
            "train_loss": round(1.9 * fall * random.uniform(0.9, 1.1) + 0.01, 5),
            "val_loss": round(1.7 * fall * random.uniform(0.8, 1.2) + 0.003, 5),
            "val_accuracy": round(min(1.0, 1.05 - 0.8 * fall), 4),
        }
        stage = recipe.stages[epoch.stage - 1]
        for band in stage_ranges(recipe, stage):
            row[f"lr_{band.label}"] = band.lr * lr_scale(recipe, epoch, 0, 4)
        rows.append(row)
    pd.DataFrame(rows).to_csv(run.path / "history.csv", index=False)


def write_batches_and_timing(run: Run, batches: int = 4) -> None:
    """The loss of every batch and the seconds of every phase, for a run that has a history."""
    history = pd.read_csv(run.path / "history.csv")
    steps = [
        (batches * (epoch - 1) + batch + 1, epoch, loss * (1.2 - 0.1 * batch), 1e-3)
        for epoch, loss in zip(history["epoch"], history["train_loss"], strict=True)
        for batch in range(batches)
    ]
    table = pd.DataFrame(steps, columns=["step", "epoch", "loss", "lr"])
    table.to_csv(run.path / "batches.csv", index=False)
    timing = [(0, "photos", 0.5), *((epoch, "train", 0.2) for epoch in history["epoch"])]
    pd.DataFrame(timing, columns=["epoch", "phase", "seconds"]).to_csv(
        run.path / "timing.csv", index=False
    )


_RESULT_CACHE: dict[tuple[str, str, float], dict[str, bytes]] = {}


def _write_cached_results(
    run: Run, recipe: Recipe, dataset: Dataset, object_evidence: float
) -> None:
    """The results of such a run on such photos: made once, as many tests write the same run."""
    photos = [
        (
            each.name,
            [(photo.file, open_photo(photo.path).size) for photo in each.photos],
            each.labels,
            each.boxes,
        )
        for each in dataset.test_sets
    ]
    key = (recipe.model_dump_json(), repr((dataset.classes, photos)), object_evidence)
    if key not in _RESULT_CACHE:
        before = set(run.path.iterdir())
        _write_results(run, recipe, dataset, object_evidence)
        made = set(run.path.iterdir()) - before
        _RESULT_CACHE[key] = {path.name: path.read_bytes() for path in made}
    else:
        for name, data in _RESULT_CACHE[key].items():
            (run.path / name).write_bytes(data)


def _write_results(run: Run, recipe: Recipe, dataset: Dataset, object_evidence: float) -> None:
    random = np.random.default_rng([recipe.seed, int(100 * object_evidence)])
    ends = [epoch.number for epoch in planned_epochs(recipe) if epoch.ends_cycle]
    arrays: dict[str, Any] = {
        "splits": np.array([test_set.name for test_set in dataset.test_sets]),
        "epochs": np.array(ends),
        "classes": np.array(dataset.classes),
    }
    rows: list[tuple[Any, ...]] = []
    sets = {}
    for test_set in dataset.test_sets:
        files = [photo.file for photo in test_set.photos]
        sizes = {photo.file: open_photo(photo.path).size for photo in test_set.photos}
        maps = _maps(test_set, sizes, dataset.classes, recipe, len(ends), object_evidence, random)
        arrays[f"files.{test_set.name}"] = np.array(files)
        arrays[f"maps.{test_set.name}"] = maps
        rows += _predictions(test_set, maps[-1], dataset.classes, object_evidence, random)
        frame = _frame(rows, dataset.classes)
        found = localise(maps[-1], files, dataset.classes, test_set, sizes, recipe.crop)
        sets[test_set.name] = {
            "photos": len(files),
            "scores": set_scores(
                frame[frame["split"] == test_set.name],
                frame[frame["split"] == f"{test_set.name}/objects"],
                dataset.classes,
            ),
            "localisation": localisation_summary(found),
        }
    np.savez(run.path / "cams.npz", **arrays)
    low, high = wilson(14, 14)
    accuracy = {
        "value": 1.0,
        "low": low,
        "high": high,
        "total": 14,
        "correct": 14,
        "constant": 0.36,
    }
    summary = {
        "classes": list(dataset.classes),
        "epochs": recipe.planned_epochs(),
        "seconds": 61.2,
        "trained_weights": 1234567,
        "validation": {"loss": 0.0031, "accuracy": accuracy},
        "sets": sets,
    }
    plain = _frame(rows, dataset.classes)
    judgement = write_diagnosis(run, recipe, dataset, plain, summary, object_evidence)
    summary["verdict"] = judgement.verdict
    (run.path / "summary.json").write_text(json.dumps(summary), "utf-8")


def _add_validation_predictions(run: Run, classes: tuple[str, ...]) -> None:
    """Those that give the accuracy of `_write_results`: five of fourteen photos of one class."""
    names = [classes[0]] * 5 + [classes[1]] * 5 + [classes[-1]] * 4
    with (run.path / "predictions.csv").open("a", encoding="utf-8") as file:
        for number, name in enumerate(names):
            odds = ",".join(str(float(each == name)) for each in classes)
            for kind in ("plain", "tta"):
                file.write(f"{kind},validation,{name}/{number}.jpg,{name},{name},{name},{odds}\n")


def _frame(rows: list[tuple[Any, ...]], classes: tuple[str, ...]) -> pd.DataFrame:
    columns = ["kind", "split", "file", "primary", "present", "predicted"]
    return pd.DataFrame(rows, columns=[*columns, *(f"p_{name}" for name in classes)])


def _maps(
    test_set: TestSet,
    sizes: dict[str, tuple[int, int]],
    classes: tuple[str, ...],
    recipe: Recipe,
    snapshots: int,
    object_evidence: float,
    random: np.random.Generator,
) -> np.ndarray[Any, Any]:
    """Maps whose evidence grows onto the objects (or, with little `object_evidence`, elsewhere)."""
    layers = network_layers(recipe, len(classes))
    side = layers[head_start(recipe.backbone, recipe.map_stride) - 1].side
    y, x = ((np.mgrid[0:side, 0:side] + 0.5) / side).astype(np.float64)
    shape = (snapshots, len(test_set.photos), len(classes), side, side)
    maps = random.normal(0, 0.4, shape)
    for place, photo in enumerate(test_set.photos):
        for box in test_set.boxes.get(photo.file, ()):
            seen = view_box(box, sizes[photo.file], recipe.crop)
            if seen is None or box.label not in classes:
                continue
            on = _gaussian_blob(x, y, seen, 0, 0)
            off = _gaussian_blob(
                x, y, seen, *random.uniform(0.3, 0.6, 2) * random.choice([-1, 1], 2)
            )
            for snapshot in range(snapshots):
                strength = 6 * (snapshot + 1) / snapshots
                spot = object_evidence * on + (1 - object_evidence) * off
                maps[snapshot, place, classes.index(box.label)] += strength * spot
    return maps.astype(np.float16)


def _gaussian_blob(
    x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], box: Box, dx: float, dy: float
) -> np.ndarray[Any, Any]:
    cx, cy = (box.x0 + box.x1) / 2 + dx, (box.y0 + box.y1) / 2 + dy
    wide, high = max(box.x1 - box.x0, 0.1) / 2, max(box.y1 - box.y0, 0.1) / 2
    bump: np.ndarray[Any, Any] = np.exp(-(((x - cx) / wide) ** 2) - ((y - cy) / high) ** 2)
    return bump


def _predictions(
    test_set: TestSet,
    maps: np.ndarray[Any, Any],
    classes: tuple[str, ...],
    object_evidence: float,
    random: np.random.Generator,
) -> list[tuple[Any, ...]]:
    logits = maps.astype(np.float64).mean(axis=(-2, -1))
    rows = []
    for place, photo in enumerate(test_set.photos):
        label = test_set.labels.get(photo.file)
        chances = np.exp(4 * logits[place])
        if label is not None and (test_set.name == "test" or random.random() < object_evidence):
            chances[classes.index(label.primary)] += chances.sum() * 4
        chances /= chances.sum()
        rows.append(
            (
                "plain",
                test_set.name,
                photo.file,
                label.primary if label else "",
                " ".join(label.present) if label else "",
                classes[int(chances.argmax())],
                *chances.round(5),
            )
        )
        for box in test_set.boxes.get(photo.file, ()):
            truth = box.label if box.label in classes else "background"
            # Evenly spread, so that few objects already show what `looks` asks for.
            objects = sum(row[1].endswith("/objects") for row in rows)
            right = 0.618 * objects % 1 < 0.3 + 0.6 * object_evidence
            guess = truth if right else str(random.choice([c for c in classes if c != truth]))
            odds = np.where(np.array(classes) == guess, 0.8, 0.2 / (len(classes) - 1))
            file = f"{photo.file}#{box.label}"
            rows.append(
                ("plain", f"{test_set.name}/objects", file, truth, truth, guess, *odds.round(5))
            )
    return rows


# --- searches for a learning rate -----------------------------------------------------------------


def write_lr_search(
    runs_dir: Path, recipe: Recipe, dataset: Dataset, suggestion: Suggestion | None
) -> LrSearch:
    """A search for a learning rate: done with that answer, or still waiting."""
    search = find_lr_search(runs_dir, recipe, dataset)
    create_lr_search(search, recipe, dataset.root, lambda: START)
    if suggestion is None:
        return search
    steps = np.arange(100)
    lr = 1e-5 * 1e6 ** (steps / 99)
    curves = [
        pd.DataFrame(
            {
                "step": steps,
                "lr": lr,
                "loss": (fall := 1.8 - 1.4 / (1 + (late * 1e-2 / lr) ** 2)),
                "smoothed": fall + 0.3 * np.maximum(0, np.log10(lr / 0.3)),
                "start": start,
            }
        )
        for start, late in enumerate((0.7, 1.0, 1.6))
    ]
    pd.concat(curves).to_csv(search.path / "curves.csv", index=False)
    (search.path / "suggestion.json").write_text(json.dumps(asdict(suggestion)), "utf-8")
    search.write_status(replace(search.status(), state="done", epoch=3))
    return search


def write_fingerprints(run: Run, dataset: Dataset) -> None:
    """Notes the photos' fingerprints in a run that the factory wrote, as training does."""
    path = run.path / "environment.json"
    environment = json.loads(path.read_text("utf-8"))
    environment["data"]["fingerprints"] = fingerprints(dataset)
    path.write_text(json.dumps(environment), "utf-8")
