"""Writes what is known of a trained network into its run folder."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from core.base import files
from core.base.errors import RunError
from core.base.language import N_
from core.data.fingerprints import photos_by_split
from core.data.near_copies import near_copies
from core.data.origin import find_origins
from core.evaluate.controls import controls
from core.evaluate.diagnose import diagnose
from core.evaluate.evaluate import evaluate
from core.evaluate.shifted import shifted_validation
from core.jobs.tasks.attempt import check_cancelled, run_lifecycle
from core.jobs.tasks.recorder import write_table
from core.model.network import load_weights
from core.pipeline.predict import Predictions
from core.pipeline.setup import Setup, set_up
from core.recipe.bands import trained_layers
from core.store.examples import refuse_example
from core.store.rescoring import Rescoring, install_results
from core.store.run import Run
from core.store.status import Clock
from core.train.schedule import history_to_final_weights


def write_results(
    run: Run,
    setup: Setup,
    precomputed: Mapping[str, Predictions],
    on_phase_end: Callable[[str], None] = lambda phase: None,
    out_dir: Path | None = None,
) -> None:
    """Everything that is told of a trained network: predictions.csv, shifted.csv, drift.csv,
    reliance.csv, diagnosis.json and, last, summary.json. precomputed: as for evaluate.
    `on_phase_end` is told each phase's end. out_dir: another folder than the run's. A
    lean trial has no diagnosis, drift and reliance unless another folder is given, as when it is
    scored again. Raises DataError, and writes nothing, where a photo was replaced meanwhile."""
    trial = run.trial()
    with_diagnosis = out_dir is not None or trial is None or not trial.lean
    out_dir = out_dir or run.path
    found = evaluate(setup, precomputed, on_phase_end)
    dataset, runs_dir = setup.dataset, run.path.parent
    for name, origin in find_origins(dataset, lambda: near_copies(dataset, runs_dir)).items():
        found.sets[name]["origin"] = asdict(origin)
    shifted, shifted_answers = shifted_validation(setup, setup.network)
    on_phase_end("varied views")
    history = run.history()
    kept = history_to_final_weights(setup.recipe, history)
    diagnosis = diagnose(setup, found, kept, shifted) if with_diagnosis else None
    if diagnosis:
        on_phase_end("diagnose")
    setup.check_photos()
    write_table(out_dir / "predictions.csv", found.rows)
    write_table(out_dir / "shifted.csv", shifted_answers)
    if diagnosis:
        write_table(out_dir / "drift.csv", diagnosis.drift)
        write_table(out_dir / "reliance.csv", diagnosis.reliance)
        files.write_json(out_dir / "diagnosis.json", diagnosis.data)
    network, timing = setup.network, run.timing()
    trained = trained_layers(setup.recipe)
    summary = {
        "classes": list(network.classes),
        "epochs": len(history),
        "seconds": round(float(timing["seconds"].sum()), 1) if len(timing) else None,
        "trained_weights": sum(
            weight.numel() for i in trained for weight in network.layers[i].parameters()
        ),
        "validation": {"loss": float(kept["val_loss"].iloc[-1]), **found.validation},
        "sets": found.sets,
        "shifted": shifted,
        "verdict": diagnosis.data["verdict"] if diagnosis else None,
    }
    files.write_json(out_dir / "summary.json", summary)


def check_photos_unchanged(run: Run, setup: Setup, train_only: bool = False) -> None:
    """Raises RunError, naming the photo that changed last, where the photos are not those that the
    run noted when it began. train_only: test sets may be others by now."""
    noted = run.environment()["data"].get("fingerprints") or setup.fingerprints
    then, now = photos_by_split(noted), photos_by_split(setup.fingerprints)
    names = {"train"} if train_only else then.keys() | now.keys()
    if all(then.get(name) == now.get(name) for name in names):
        return
    everything = (setup.dataset.train, *(test_set.photos for test_set in setup.dataset.test_sets))
    paths = [photo.path for photos in everything for photo in photos]
    raise RunError(
        N_(
            "{path}: the photos have changed since {run} started (this one most recently); "
            "restore them or start a new run"
        ).format(path=max(paths, key=lambda path: path.stat().st_ctime_ns), run=run.id)
    )


def write_controls(out_dir: Path, setup: Setup) -> None:
    """controls.json in a run's folder: what its photos give without its training."""
    files.write_json(out_dir / "controls.json", controls(setup))


def reevaluate_run(run: Run) -> None:
    """Answers, scores, diagnosis and controls of a finished run anew, without training: after
    test photos, labels or boxes have changed, or for a run that is older than its diagnosis. They
    replace the old ones at once.

    Raises InputError: one line that names what is missing."""
    refuse_example(run.id)
    noted = run.environment()["data"].get("fingerprints")
    setup = set_up(
        run.recipe(),
        run.data_dir(),
        run.path.parent,
        to_train=False,
        class_order=run.class_order(),
        noted=noted,
    )
    check_photos_unchanged(run, setup, train_only=True)
    load_weights(run.path, setup.network, setup.recipe)
    stage = run.path / f".results.{secrets.token_hex(4)}{files.TEMP_SUFFIX}"
    with files.staging(stage):
        write_results(run, setup, {}, out_dir=stage)
        write_controls(stage, setup)
        _record_label_fingerprints(run, setup, stage)
        install_results(run, stage)


def run_rescoring(rescoring: Rescoring, clock: Clock) -> None:
    """Scores a finished run anew, as the worker does a run: the end is in the rescoring's
    status.json whatever happens. Raises what ended it, apart from a wish to cancel."""
    with run_lifecycle(rescoring, clock) as log:
        check_cancelled(rescoring)
        rescoring.report(clock, N_("rescoring"))
        reevaluate_run(rescoring.source_run())
        rescoring.end(clock, "done")
        log.info("scored again")


def _record_label_fingerprints(run: Run, setup: Setup, out_dir: Path) -> None:
    """Notes by which labels, boxes and test photos the run is scored now; a set that is gone stays
    noted."""
    environment = run.environment()
    noted = environment["data"].get("fingerprints") or setup.fingerprints
    sets = noted["test_sets"] | setup.fingerprints["test_sets"]
    environment["data"]["fingerprints"] = setup.fingerprints | {"test_sets": sets}
    files.write_json(out_dir / "environment.json", environment)
