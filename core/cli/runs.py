"""`runs`: the table of runs, and one run."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from core.cli.places import DEFAULT_RUNS, RunsOption
from core.errors import RunError
from core.recipe_file import recipe_yaml
from core.store.index import RunIndex, RunRow
from core.store.run import open_run

app = typer.Typer(no_args_is_help=True, help="Runs: list, show.")
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


@app.command("list")
def list_(runs: RunsOption = DEFAULT_RUNS, as_json: JsonOption = False) -> None:
    """Lists the runs, newest first."""
    if runs.exists() and not runs.is_dir():
        raise RunError(f"{runs}: is a file, not a folder of runs")
    rows = RunIndex(runs).rows()
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return
    if not rows:
        print(f"no runs in {runs}; begin with: python -m core train quick")
        return
    print(
        f"{'run':<44} {'state':<10} {'epoch':>7} {'val acc':>8} {'test':>6} "
        f"{'difficult':>9} {'objects':>8} {'lift':>6}"
    )
    for row in rows:
        print(
            f"{row.id:<44} {row.status.state:<10} "
            f"{f'{row.status.epoch}/{row.status.epochs}':>7} "
            f"{_percent(row, 'validation', 'accuracy'):>8} "
            f"{_percent(row, 'sets', 'test', 'scores', 'primary'):>6} "
            f"{_percent(row, 'sets', 'test_difficult', 'scores', 'primary'):>9} "
            f"{_percent(row, 'sets', 'test_difficult', 'scores', 'object'):>8} "
            f"{_lift(row):>6}"
        )


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id (its folder's name).")],
    runs: RunsOption = DEFAULT_RUNS,
    as_json: JsonOption = False,
) -> None:
    """Shows one run: state, scores, recipe."""
    found = open_run(runs, run)
    status, summary = found.status(), found.summary()
    if as_json:
        data = {"id": found.id, "status": asdict(status), "summary": summary}
        print(json.dumps(data, indent=1))
        return
    print(f"{found.path}\nstate: {status.state}, epoch {status.epoch} of {status.epochs}")
    if status.error:
        print(f"error: {status.error}")
    if summary:
        try:
            _print_scores(summary)
        except (KeyError, TypeError):
            raise RunError(f"{found.path / 'summary.json'}: damaged; evaluate it again") from None
    print(f"\n{recipe_yaml(found.recipe())}")


def _print_scores(summary: dict[str, Any]) -> None:
    accuracy = summary["validation"]["accuracy"]
    print(f"validation: loss {summary['validation']['loss']:.4f}, accuracy {_score(accuracy)}")
    for name, results in summary["sets"].items():
        print(f"{name} ({results['photos']} photos):")
        for score, found in results["scores"].items():
            print(f"  {score:<9} {_score(found)}")
        if located := results["localisation"]:
            print(
                f"  lift {located['lift']:.2f} (evidence in the boxes {located['share']:.0%}, "
                f"boxes cover {located['area']:.0%}); "
                f"points into {located['pointing']['value']:.0%}"
            )


def _score(score: dict[str, Any]) -> str:
    counts = f" ({score['correct']} of {score['total']})" if score["correct"] is not None else ""
    return (
        f"{score['value']:.0%}{counts}, 95 % interval {score['low']:.0%} to {score['high']:.0%}, "
        f"constant answer {score['constant']:.0%}"
    )


def _percent(row: RunRow, *keys: str) -> str:
    value = row.number(*keys, "value")
    return "-" if value is None else f"{value:.0%}"


def _lift(row: RunRow) -> str:
    value = row.number("sets", "test_difficult", "localisation", "lift")
    return "-" if value is None else f"{value:.2f}"
