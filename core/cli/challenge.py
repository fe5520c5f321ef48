"""`challenge`: groups of seeds ranked on photos that no page shows."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from core.base.errors import InputError
from core.base.formatting import decimal, percent
from core.cli.common import (
    DEFAULT_RUNS,
    JsonOption,
    ProgressBar,
    RunsOption,
    exit_with_errors,
    print_json,
    print_table,
)
from core.compare.challenge_ranking import (
    MIN_SEEDS,
    ComparableGroups,
    Leaderboard,
    Standing,
    find_comparable_groups,
    read_leaderboard,
)
from core.compare.tables import verdict_text
from core.data.challenge_photos import draw_challenge_set
from core.store.index import RunIndex
from core.store.rescoring import ChallengeEvaluation
from core.views import challenge_text


def challenge(runs: RunsOption = DEFAULT_RUNS, as_json: JsonOption = False) -> None:
    """Ranks groups of three seeds or more on photos of the toy books that no page shows. Runs that
    have not answered those do so first, now: a second or two each, and half a minute once, for
    drawing the photos."""
    found = find_comparable_groups(RunIndex(runs).rows())
    failed = [problem for field in found for problem in _write_missing_answers(runs, field)]
    boards = [(field, read_leaderboard(runs, field)) for field in found]
    failed += [problem for _, board in boards for problem in board.problems]
    if as_json:
        print_json([_as_data(field, board) for field, board in boards])
    elif not boards:
        print(f"no run here tells the toy books apart: train {MIN_SEEDS} seeds of a recipe on them")
    else:
        for field, board in boards:
            _print(field, board)
    exit_with_errors(list(dict.fromkeys(failed)))


def _write_missing_answers(runs: Path, field: ComparableGroups) -> list[str]:
    """Has the runs answer that have not; what went wrong with which."""
    ids = read_leaderboard(runs, field).pending_run_ids
    if not ids:
        return []
    from core.jobs.tasks.challenge_answers import write_predictions  # torch

    failed = []
    with ProgressBar() as bar:
        draw = draw_challenge_set(
            runs, on_photo=lambda done, all_: bar.update(done / all_, f"drawn {done} of {all_}")
        )
        for number, id_ in enumerate(ids):
            bar.update(number / len(ids), f"answered {number} of {len(ids)} runs")
            try:
                write_predictions(ChallengeEvaluation.of(runs, id_), draw)
            except InputError as error:
                failed.append(str(error))
        bar.update(1, f"answered {len(ids)} runs")
    return failed


def _print(field: ComparableGroups, board: Leaderboard) -> None:
    print(
        f"{field.title}: {board.object_count} objects in {board.photo_count} photos "
        "that no page shows"
    )
    lines = [_cells(standing) for standing in board.standings]
    if lines:
        print_table(pd.DataFrame(lines))
    if words := challenge_text.validation_text(board):
        print(words)
    for entrant in (*board.waiting, *board.excluded):
        print(f"not ranked: {entrant.group.title}: {challenge_text.excluded_text(entrant)}")


def _cells(standing: Standing) -> dict[str, str]:
    entrant, group = standing.entrant, standing.group
    return {
        "rank": f"{standing.rank}{' =' if standing.tied else ''}",
        "recipe": group.title,
        "runs": "; ".join(
            filter(None, (challenge_text.seeds_text(entrant), challenge_text.missing_text(entrant)))
        ),
        "objects": challenge_text.score_text(standing),
        "": challenge_text.difference_text(standing.difference_to_above)
        if standing.difference_to_above
        else "",
        "validation": percent(standing.validation),
        "lift": "" if standing.lift is None else decimal(standing.lift),
        "verdict": verdict_text(group),
        "from looks-good": challenge_text.changes_text(standing.changes),
    }


def _as_data(field: ComparableGroups, board: Leaderboard) -> dict[str, Any]:
    numbers = {"photos": board.photo_count, "objects": board.object_count}
    left_out = [
        {"group": one.group.id, "title": one.group.title}
        | {"seeds": one.seeds, "missing": list(one.missing)}
        for one in (*board.waiting, *board.excluded)
    ]
    ranked = [_standing_as_dict(standing) for standing in board.standings]
    return {"data": field.title, **numbers, "ranked": ranked, "not_ranked": left_out}


def _standing_as_dict(standing: Standing) -> dict[str, Any]:
    entrant, above = standing.entrant, standing.difference_to_above
    return {
        "rank": standing.rank,
        "shared": standing.tied,
        "group": standing.group.id,
        "title": standing.group.title,
        "runs": [row.id for row in entrant.runs],
        "missing": list(entrant.missing),
        "objects": asdict(standing.score) | {"of_runs": list(standing.run_scores)},
        "above": above
        and {**asdict(above), "by_photos": above.by_photos, "real": above.significant},
        "validation": standing.validation,
        "lift": standing.lift,
        "verdict": verdict_text(standing.group),
        "changes": [
            dict(zip(("key", "failing", "here"), change, strict=True))
            for change in standing.changes
        ],
    }
