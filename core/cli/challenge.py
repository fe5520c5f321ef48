"""`challenge`: groups of seeds ranked on photos that no page shows."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from core.base.errors import InputError
from core.base.formatting import decimal, percent
from core.cli.options import DEFAULT_RUNS, JsonOption, RunsOption
from core.cli.plain_tables import print_frame
from core.cli.progress import Bar
from core.compare.challenge_ranking import SEEDS, Board, Field, Standing, fields, read_board
from core.compare.tables import verdict_words
from core.data.challenge_photos import draw_challenge
from core.store.challenge_answers import find_trial
from core.store.index import RunIndex
from core.views.challenge_text import (
    changes_words,
    gap_words,
    left_out_words,
    missing_words,
    score_words,
    seeds_words,
    validation_words,
)


def challenge(runs: RunsOption = DEFAULT_RUNS, as_json: JsonOption = False) -> None:
    """Ranks groups of three seeds or more on photos of the toy books that no page shows. Runs that
    have not answered those do so first, now: a second or two each, and half a minute once, for
    drawing the photos."""
    found = fields(RunIndex(runs).rows())
    failed = [problem for field in found for problem in _answer(runs, field)]
    boards = [(field, read_board(runs, field)) for field in found]
    failed += [problem for _, board in boards for problem in board.problems]
    if as_json:
        print(json.dumps([_as_data(field, board) for field, board in boards], indent=1))
    elif not boards:
        print(f"no run here tells the toy books apart: train {SEEDS} seeds of a recipe on them")
    else:
        for field, board in boards:
            _print(field, board)
    for problem in dict.fromkeys(failed):
        print(f"error: {problem}", file=sys.stderr)
    if failed:
        raise typer.Exit(2)


def _answer(runs: Path, field: Field) -> list[str]:
    """Has the runs answer that have not; what went wrong with which."""
    ids = read_board(runs, field).unanswered(runs)
    if not ids:
        return []
    from core.jobs.tasks.challenge_answers import write_answers  # torch

    failed = []
    with Bar() as bar:
        draw = draw_challenge(
            runs, on_photo=lambda done, all_: bar.show(done / all_, f"drawn {done} of {all_}")
        )
        for number, id_ in enumerate(ids):
            bar.show(number / len(ids), f"answered {number} of {len(ids)} runs")
            try:
                write_answers(find_trial(runs, id_), draw)
            except InputError as error:
                failed.append(str(error))
        bar.show(1, f"answered {len(ids)} runs")
    return failed


def _print(field: Field, board: Board) -> None:
    print(f"{field.title}: {board.objects} objects in {board.photos} photos that no page shows")
    lines = [_cells(standing) for standing in board.standings]
    if lines:
        print_frame(pd.DataFrame(lines))
    if words := validation_words(board):
        print(words)
    for entrant in (*board.waiting, *board.left_out):
        print(f"not ranked: {entrant.group.title}: {left_out_words(entrant)}")


def _cells(standing: Standing) -> dict[str, str]:
    entrant, group = standing.entrant, standing.group
    return {
        "rank": f"{standing.rank}{' =' if standing.shared else ''}",
        "recipe": group.title,
        "runs": "; ".join(filter(None, (seeds_words(entrant), missing_words(entrant)))),
        "objects": score_words(standing),
        "": gap_words(standing.above) if standing.above else "",
        "validation": percent(standing.validation),
        "lift": "" if standing.lift is None else decimal(standing.lift),
        "verdict": verdict_words(group),
        "from looks-good": changes_words(standing.changes),
    }


def _as_data(field: Field, board: Board) -> dict[str, Any]:
    return {
        "data": field.title,
        "photos": board.photos,
        "objects": board.objects,
        "ranked": [_line(standing) for standing in board.standings],
        "not_ranked": [
            {
                "group": entrant.group.id,
                "title": entrant.group.title,
                "seeds": entrant.seeds,
                "missing": list(entrant.missing),
            }
            for entrant in (*board.waiting, *board.left_out)
        ],
    }


def _line(standing: Standing) -> dict[str, Any]:
    entrant, above = standing.entrant, standing.above
    return {
        "rank": standing.rank,
        "shared": standing.shared,
        "group": standing.group.id,
        "title": standing.group.title,
        "runs": [row.id for row in entrant.runs],
        "missing": list(entrant.missing),
        "objects": asdict(standing.score) | {"of_runs": list(standing.of_seeds)},
        "above": None
        if above is None
        else {
            **asdict(above),
            "by_photos": above.by_photos,
            "real": above.real,
        },
        "validation": standing.validation,
        "lift": standing.lift,
        "verdict": verdict_words(standing.group),
        "changes": [_change(change) for change in standing.changes],
    }


def _change(change: Sequence[str]) -> dict[str, str]:
    return dict(zip(("key", "failing", "here"), change, strict=True))
