"""Writes what is known of a trained network into its run folder."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from core.base import files
from core.base.errors import RunError
from core.base.language import N_
from core.data.near_copies import near_copies
from core.data.origin import origins
from core.evaluate.controls import controls
from core.evaluate.diagnose import diagnose
from core.evaluate.evaluate import evaluate
from core.jobs.tasks.attempt import attempt, heed, say
from core.jobs.tasks.recorder import write_table
from core.model.trained_weights import load_weights
from core.pipeline.predict import Predictions
from core.pipeline.setup import Setup, set_up
from core.recipe.bands import trained_layers
from core.store.examples import refuse_example
from core.store.rescoring import Rescoring, put_in_place
from core.store.run import Run
from core.store.status import Clock
from core.train.schedule import kept_history


def write_results(
    run: Run,
    setup: Setup,
    known: Mapping[str, Predictions],
    lap: Callable[[str], None] = lambda phase: None,
    to: Path | None = None,
) -> None:
    """Everything that is told of a trained network: predictions.csv, drift.csv, reliance.csv,
    diagnosis.json and, last, summary.json. known: as for core.evaluate.evaluate. `lap` is told
    each phase's end. to: another folder than the run's. Raises DataError, and writes nothing, where
    a photo was replaced meanwhile."""
    to = to or run.path
    found = evaluate(setup, known, lap)
    dataset, runs_dir = setup.dataset, run.path.parent
    for name, origin in origins(dataset, lambda: near_copies(dataset, runs_dir)).items():
        found.sets[name]["origin"] = asdict(origin)
    lap("varied views")
    history = run.history()
    kept = kept_history(setup.recipe, history)
    diagnosis = diagnose(setup, found, kept)
    lap("diagnose")
    setup.check_photos()
    write_table(to / "predictions.csv", found.rows)
    write_table(to / "drift.csv", diagnosis.drift)
    write_table(to / "reliance.csv", diagnosis.reliance)
    files.write_json(to / "diagnosis.json", diagnosis.data)
    network = setup.network
    trained = trained_layers(setup.recipe, network.head_start, len(network.layers))
    summary = {
        "classes": list(network.classes),
        "epochs": len(history),
        "seconds": round(float(run.timing()["seconds"].sum()), 1),
        "trained_weights": sum(
            weight.numel() for i in trained for weight in network.layers[i].parameters()
        ),
        "validation": {"loss": float(kept["val_loss"].iloc[-1]), **found.validation},
        "sets": found.sets,
        "verdict": diagnosis.data["verdict"],
    }
    files.write_json(to / "summary.json", summary)


def refuse_other_photos(run: Run, setup: Setup, of_both: bool = False) -> None:
    """Raises RunError, naming the photo that changed last, where the photos are not those that the
    run noted when it began. of_both: looks at no test set that was not there then or is not now."""
    noted = run.environment()["data"].get("fingerprints") or setup.fingerprints
    then, now = noted["test_sets"], setup.fingerprints["test_sets"]
    names = then.keys() & now.keys() if of_both else then.keys() | now.keys()
    photos = [[of.get(name, {}).get("photos") for name in sorted(names)] for of in (then, now)]
    if noted["train"] == setup.fingerprints["train"] and photos[0] == photos[1]:
        return
    everything = (setup.dataset.train, *(test_set.photos for test_set in setup.dataset.test_sets))
    paths = [photo.path for photos in everything for photo in photos]
    raise RunError(
        N_(
            "{path}: changed last of the photos, which are not those that {run} began with: put "
            "them back as they were, or begin a new run"
        ).format(path=max(paths, key=lambda path: path.stat().st_ctime_ns), run=run.id)
    )


def write_controls(to: Path, setup: Setup) -> None:
    """controls.json in a run's folder: what its photos give without its training."""
    files.write_json(to / "controls.json", controls(setup))


def evaluate_again(run: Run) -> None:
    """Answers, scores, diagnosis and controls of a finished run anew, without training: after
    labels or boxes have changed, or for a run that is older than its diagnosis. They replace the
    old ones at once.

    Raises InputError: one line that names what is missing.
    """
    refuse_example(run.id)
    setup = set_up(run.recipe(), run.data_dir(), run.path.parent, to_train=False)
    refuse_other_photos(run, setup, of_both=True)
    load_weights(run.path, setup.network, setup.recipe)
    stage = run.path / f".results.{secrets.token_hex(4)}{files.UNFINISHED}"
    try:
        stage.mkdir()
        write_results(run, setup, {}, to=stage)
        write_controls(stage, setup)
        _note_labels(run, setup, stage)
        put_in_place(run, stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def carry_out_rescoring(rescoring: Rescoring, clock: Clock) -> None:
    """Scores a finished run anew, as the worker does a run: the end is in the rescoring's
    status.json whatever happens. Raises what ended it, apart from a wish to cancel."""
    with attempt(rescoring, clock) as log:
        heed(rescoring)
        say(rescoring, clock, N_("scoring again"))
        evaluate_again(rescoring.run())
        now = clock().isoformat(timespec="seconds")
        rescoring.write_status(
            replace(rescoring.status(), state="done", phase="", heartbeat=now, finished=now)
        )
        log.info("scored again")


def _note_labels(run: Run, setup: Setup, to: Path) -> None:
    """Notes by which labels and boxes the run is scored now; its photos stay noted as they were."""
    environment = run.environment()
    noted = environment["data"].setdefault("fingerprints", setup.fingerprints)["test_sets"]
    for name, prints in setup.fingerprints["test_sets"].items():
        noted[name] = prints | noted.get(name, {}) | {"truth": prints["truth"]}
    files.write_json(to / "environment.json", environment)
