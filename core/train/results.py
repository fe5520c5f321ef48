"""Writes what is known of a trained network into its run folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from core import files
from core.evaluate.controls import controls
from core.evaluate.diagnose import diagnose
from core.evaluate.evaluate import evaluate
from core.evaluate.predict import Predictions
from core.model.bands import trained_layers
from core.store.examples import refuse_example
from core.store.rescoring import Rescoring
from core.store.run import Clock, Run
from core.train.attempt import attempt, heed, say
from core.train.recorder import write_table
from core.train.schedule import kept_history
from core.train.setup import Setup, set_up
from core.train.weights import load_weights


def write_results(
    run: Run,
    setup: Setup,
    known: Mapping[str, Predictions],
    lap: Callable[[str], None] = lambda phase: None,
) -> None:
    """Everything that is told of a trained network: predictions.csv, drift.csv, reliance.csv,
    diagnosis.json and, last, summary.json. known: as for core.evaluate.evaluate. `lap` is told
    each phase's end."""
    found = evaluate(setup, known, lap)
    write_table(run.path / "predictions.csv", found.rows)
    lap("varied views")
    history = run.history()
    kept = kept_history(setup.recipe, history)
    diagnosis = diagnose(setup, found, kept)
    lap("diagnose")
    write_table(run.path / "drift.csv", diagnosis.drift)
    write_table(run.path / "reliance.csv", diagnosis.reliance)
    files.write_json(run.path / "diagnosis.json", diagnosis.data)
    network = setup.network
    trained = trained_layers(setup.recipe, network.head_start, len(network.layers))
    summary = {
        "classes": list(network.classes),
        "epochs": len(history),
        "seconds": round(float(run.timing()["seconds"].sum()), 1),
        "trained_weights": sum(
            weight.numel() for i in trained for weight in network.layers[i].parameters()
        ),
        "validation": {"loss": float(kept["val_loss"].iloc[-1]), "accuracy": found.validation},
        "sets": found.sets,
        "verdict": diagnosis.data["verdict"],
    }
    files.write_json(run.path / "summary.json", summary)


def write_controls(run: Run, setup: Setup) -> None:
    """controls.json: what the run's photos give without its training."""
    files.write_json(run.path / "controls.json", controls(setup))


def evaluate_again(run: Run) -> None:
    """Answers, scores, diagnosis and controls of a finished run anew, without training: after
    labels or boxes have changed, or for a run that is older than its diagnosis.

    Raises InputError: one line that names what is missing.
    """
    refuse_example(run.id)
    setup = set_up(run.recipe(), run.data_dir(), run.path.parent, to_train=False)
    load_weights(run.path, setup.network, setup.recipe)
    write_results(run, setup, {})
    write_controls(run, setup)
    _note_labels(run, setup)


def carry_out_rescoring(rescoring: Rescoring, clock: Clock) -> None:
    """Scores a finished run anew, as the worker does a run: the end is in the rescoring's
    status.json whatever happens. Raises what ended it, apart from a wish to cancel."""
    with attempt(rescoring, clock) as log:
        heed(rescoring)
        say(rescoring, clock, "scoring again")
        evaluate_again(rescoring.run())
        now = clock().isoformat(timespec="seconds")
        rescoring.write_status(
            replace(rescoring.status(), state="done", phase="", heartbeat=now, finished=now)
        )
        log.info("scored again")


def _note_labels(run: Run, setup: Setup) -> None:
    """Notes by which labels and boxes the run is scored now; its photos stay noted as they were."""
    environment = run.environment()
    noted = environment["data"].setdefault("fingerprints", setup.fingerprints)["test_sets"]
    for name, prints in setup.fingerprints["test_sets"].items():
        noted[name] = prints | noted.get(name, {}) | {"truth": prints["truth"]}
    files.write_json(run.path / "environment.json", environment)
