"""The board: who is ranked, how, and what is told of the others."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.base.palette import MARKERS, RUN_COLOURS
from core.compare import challenge_ranking
from core.compare.challenge_ranking import (
    _count_better,
    changes_of,
    find_comparable_groups,
    read_leaderboard,
)
from core.evaluate.group_difference import Difference
from core.recipe.files import load_recipe, recipe_dict
from core.store.index import RunIndex
from core.store.rescoring import ChallengeEvaluation, challenge_fingerprint
from core.views.challenge_text import (
    changes_text,
    difference_text,
    excluded_text,
    missing_text,
    standing_html,
    validation_text,
)
from tests.factory import write_run
from tests.factory_challenge import (
    CHALLENGE_CLASSES,
    OBJECTS,
    write_challenge_predictions,
    write_challenge_set,
    write_group,
)


@pytest.fixture(autouse=True)
def books(monkeypatch):
    monkeypatch.setattr(challenge_ranking, "CLASSES", CHALLENGE_CLASSES)


def the_board(runs_dir):
    (field,) = find_comparable_groups(RunIndex(runs_dir).rows())
    return read_leaderboard(runs_dir, field)


def test_what_cannot_be_told_apart_shares_a_rank(tmp_path, tiny):
    write_challenge_set(tmp_path)
    write_group(tmp_path, tiny, "looks-good", object_accuracy=0.3)
    write_group(tmp_path, tiny, "quick", object_accuracy=0.8, minutes=10)
    write_group(
        tmp_path, tiny, "quick", object_accuracy=0.82, minutes=20, changes={"batch_size": 8}
    )
    board = the_board(tmp_path)
    assert [(line.rank, line.tied) for line in board.standings] == [
        (1, True),
        (1, True),
        (3, False),
    ]
    first, second, last = board.standings
    assert first.group.members[0].recipe["batch_size"] == 8  # the higher score stands first
    assert first.score.value == pytest.approx(0.825)
    assert first.run_scores == pytest.approx([0.8, 0.825, 0.85])
    assert board.object_count == OBJECTS and board.photo_count == OBJECTS // 2
    assert (
        first.difference_to_above is None
        and second.difference_to_above
        and "cannot tell" in difference_text(second.difference_to_above)
    )
    assert (
        last.difference_to_above
        and last.difference_to_above.significant
        and difference_text(last.difference_to_above).startswith("worse than the one")
    )
    assert last.lift == 1.5 and last.changes == ()
    assert changes_text(last.changes) == "the failing recipe, unchanged"
    assert validation_text(board).startswith("Validation differs by at most one photo")
    drawn = standing_html(first, RUN_COLOURS[0], MARKERS[0])
    assert 'aria-label="Objects correct: 82%' in drawn
    ((low, width),) = re.findall(r"left:([\d.]+)%;[^>]*width:([\d.]+)%;height:3px", drawn)
    assert float(low) == pytest.approx(100 * first.score.low, abs=0.06)
    assert float(low) + float(width) == pytest.approx(100 * first.score.high, abs=0.11)


def test_a_difference_that_the_seeds_do_not_hold_up_is_none(tmp_path, tiny):
    write_challenge_set(tmp_path)
    for run, right in zip(write_group(tmp_path, tiny), (0.3, 0.6, 0.95), strict=True):
        write_challenge_predictions(run, right)
    write_group(tmp_path, tiny, "looks-good", object_accuracy=0.35, minutes=10)
    first, second = the_board(tmp_path).standings
    assert first.rank == second.rank == 1 and second.difference_to_above is not None
    assert (
        second.difference_to_above.by_photos
        and not second.difference_to_above.by_seeds
        and not second.difference_to_above.significant
    )
    assert difference_text(second.difference_to_above) == (
        "compared with the one above: cannot tell: other seeds may differ as much"
    )


def test_what_beats_a_better_one_is_better_too():
    def gap(value, real=True):
        return Difference(0.5 + value, 0.5, value, value - 0.01, value + 0.01, 40, 20, real)

    # The first beats the second, the second the third; first and third cannot be told apart.
    gaps = {(0, 1): gap(0.1), (1, 2): gap(0.1), (0, 2): gap(0.2, real=False)}
    assert _count_better([0.7, 0.6, 0.5], gaps) == [0, 1, 2]
    assert _count_better([0.7, 0.6, 0.5], dict.fromkeys(gaps, gap(0.1, real=False))) == [0, 0, 0]


def test_a_group_cannot_leave_its_bad_seeds_out(tmp_path, tiny):
    write_challenge_set(tmp_path)
    write_group(tmp_path, tiny, seeds=(0, 1, 2), object_accuracy=0.8)
    (diverged,) = write_group(tmp_path, tiny, seeds=(3,), state="failed")
    diverged.write_status(replace(diverged.status(), error="training diverged: the loss is nan"))
    write_group(tmp_path, tiny, seeds=(4,), state="running")
    (stripped,) = write_group(tmp_path, tiny, seeds=(5,), object_accuracy=0.8)
    (stripped.path / "weights.safetensors").unlink()
    (line,) = the_board(tmp_path).standings
    assert line.entrant.seeds == [0, 1, 2]
    assert missing_text(line.entrant) == (
        "not counted: seed 3 diverged, seed 4 is training, seed 5 has no weights"
    )


def test_the_same_seed_twice_counts_once(tmp_path, tiny):
    write_challenge_set(tmp_path)
    write_group(tmp_path, tiny, seeds=(0, 1), object_accuracy=0.8)
    write_group(tmp_path, tiny, seeds=(0,), object_accuracy=0.8, minutes=30)
    board = the_board(tmp_path)
    assert board.standings == ()
    (left,) = board.excluded
    assert excluded_text(left) == "2 of the 3 seeds needed"


def test_who_has_not_answered_these_photos_waits(tmp_path, tiny):
    write_challenge_set(tmp_path)
    asked = write_group(tmp_path, tiny, object_accuracy=0.8)
    before = challenge_fingerprint(tmp_path)
    write_challenge_predictions(asked[1], 0.8, fingerprint="of photos that were deleted since")
    assert challenge_fingerprint(tmp_path) != before
    board = the_board(tmp_path)
    assert board.standings == () and len(board.waiting) == 1
    assert board.pending_run_ids == (asked[1].id,)

    answers = ChallengeEvaluation.of(tmp_path, asked[1].id).path / "answers.json"
    answers.write_text("{}", "utf-8")
    board = the_board(tmp_path)
    assert board.problems == (f"{answers}: damaged; delete its folder and rank the run again",)
    assert board.pending_run_ids == (asked[1].id,)  # asking again mends it


def test_boards_are_of_photos_and_of_the_toy_books_alone(tmp_path, tiny, monkeypatch):
    write_group(tmp_path, tiny)
    write_group(tmp_path, tiny, seeds=(0,), state="queued", minutes=-9, changes={"batch_size": 8})
    queued = write_run(tmp_path, tiny, state="queued", minutes=50, changes={"batch_size": 4})
    (field,) = find_comparable_groups(RunIndex(tmp_path).rows())
    assert field.title == "tiny"
    # A run that has not begun does not know its photos; its folder does.
    assert queued.id in {row.id for group in field.groups for row in group.members}
    monkeypatch.setattr(challenge_ranking, "CLASSES", ("background", "cats", "dogs"))
    assert find_comparable_groups(RunIndex(tmp_path).rows()) == []


def test_changes_are_counted_as_train_lists_them():
    assert changes_of(recipe_dict(load_recipe("looks-good", {"seed": 7}))) == ()
    mended = recipe_dict(load_recipe("looks-good", {"bands.0.lr": 0, "augment.flip": "horizontal"}))
    assert [key for key, *_ in changes_of(mended)] == ["bands", "augment.flip"]
    assert changes_text(changes_of(mended)) == "2 changes"
