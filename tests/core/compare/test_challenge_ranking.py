"""The board: who is ranked, how, and what is told of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.base.palette import MARKS, RUN_COLOURS
from core.compare import challenge_ranking
from core.compare.challenge_ranking import _better, changes_of, fields, read_board
from core.evaluate.groups import Difference
from core.recipe.files import load_recipe, recipe_dict
from core.store.challenge_answers import board_mark, find_trial
from core.store.index import RunIndex
from core.views.challenge_line import standing_picture
from core.views.challenge_text import (
    changes_words,
    gap_words,
    left_out_words,
    missing_words,
    validation_words,
)
from tests.challenged import BOOKS, OBJECTS, write_answers, write_draw, write_group
from tests.factory import write_run


@pytest.fixture(autouse=True)
def books(monkeypatch):
    monkeypatch.setattr(challenge_ranking, "CLASSES", BOOKS)


def the_board(runs_dir):
    (field,) = fields(RunIndex(runs_dir).rows())
    return read_board(runs_dir, field)


def test_what_cannot_be_told_apart_shares_a_rank(tmp_path, tiny):
    write_draw(tmp_path)
    write_group(tmp_path, tiny, "looks-good", right=0.3)
    write_group(tmp_path, tiny, "quick", right=0.8, minutes=10)
    write_group(tmp_path, tiny, "quick", right=0.82, minutes=20, changes={"batch_size": 8})
    board = the_board(tmp_path)
    assert [(line.rank, line.shared) for line in board.standings] == [
        (1, True),
        (1, True),
        (3, False),
    ]
    first, second, last = board.standings
    assert first.group.members[0].recipe["batch_size"] == 8  # the higher score stands first
    assert first.score.value == pytest.approx(0.825)
    assert first.of_seeds == pytest.approx([0.8, 0.825, 0.85])
    assert board.objects == OBJECTS and board.photos == OBJECTS // 2
    assert first.above is None and second.above and "cannot tell" in gap_words(second.above)
    assert last.above and last.above.real and gap_words(last.above).startswith("worse than the one")
    assert last.lift == 1.5 and last.changes == ()
    assert changes_words(last.changes) == "the failing recipe itself"
    assert "The score" not in validation_words(board)
    assert 'aria-label="Objects named right: 82 %' in standing_picture(
        first, RUN_COLOURS[0], MARKS[0]
    )


def test_a_difference_that_the_seeds_do_not_hold_up_is_none(tmp_path, tiny):
    write_draw(tmp_path)
    for run, right in zip(write_group(tmp_path, tiny), (0.3, 0.6, 0.95), strict=True):
        write_answers(run, right)
    write_group(tmp_path, tiny, "looks-good", right=0.35, minutes=10)
    first, second = the_board(tmp_path).standings
    assert first.rank == second.rank == 1 and second.above is not None
    assert second.above.by_photos and not second.above.by_seeds and not second.above.real
    assert gap_words(second.above) == (
        "against the one above: cannot tell: other seeds may differ as much"
    )


def test_what_beats_a_better_one_is_better_too():
    def gap(value, real=True):
        return Difference(0.5 + value, 0.5, value, value - 0.01, value + 0.01, 40, 20, real)

    # The first beats the second, the second the third; first and third cannot be told apart.
    gaps = {(0, 1): gap(0.1), (1, 2): gap(0.1), (0, 2): gap(0.2, real=False)}
    assert _better([0.7, 0.6, 0.5], gaps) == [0, 1, 2]
    assert _better([0.7, 0.6, 0.5], dict.fromkeys(gaps, gap(0.1, real=False))) == [0, 0, 0]


def test_a_group_cannot_leave_its_bad_seeds_out(tmp_path, tiny):
    write_draw(tmp_path)
    write_group(tmp_path, tiny, seeds=(0, 1, 2), right=0.8)
    (diverged,) = write_group(tmp_path, tiny, seeds=(3,), state="failed")
    diverged.write_status(replace(diverged.status(), error="training diverged: the loss is nan"))
    write_group(tmp_path, tiny, seeds=(4,), state="running")
    (stripped,) = write_group(tmp_path, tiny, seeds=(5,), right=0.8)
    (stripped.path / "weights.safetensors").unlink()
    (line,) = the_board(tmp_path).standings
    assert line.entrant.seeds == [0, 1, 2]
    assert missing_words(line.entrant) == (
        "not counted: seed 3 diverged, seed 4 is training, seed 5 is kept without its weights"
    )


def test_the_same_seed_twice_counts_once(tmp_path, tiny):
    write_draw(tmp_path)
    write_group(tmp_path, tiny, seeds=(0, 1), right=0.8)
    write_group(tmp_path, tiny, seeds=(0,), right=0.8, minutes=30)
    board = the_board(tmp_path)
    assert board.standings == ()
    (left,) = board.left_out
    assert left_out_words(left) == "2 seeds of the 3 that are needed"


def test_who_has_not_answered_these_photos_waits(tmp_path, tiny):
    write_draw(tmp_path)
    asked = write_group(tmp_path, tiny, right=0.8)
    before = board_mark(tmp_path)
    write_answers(asked[1], 0.8, draw="of photos that were deleted since")
    assert board_mark(tmp_path) != before
    board = the_board(tmp_path)
    assert board.standings == () and len(board.waiting) == 1
    assert board.unanswered(tmp_path) == [asked[1].id]

    answers = find_trial(tmp_path, asked[1].id).path / "answers.json"
    answers.write_text("{}", "utf-8")
    board = the_board(tmp_path)
    assert board.problems == (f"{answers}: damaged: delete its folder, and rank the run again",)
    assert board.unanswered(tmp_path) == [asked[1].id]  # asking again mends it


def test_boards_are_of_photos_and_of_the_toy_books_alone(tmp_path, tiny, monkeypatch):
    write_group(tmp_path, tiny)
    write_group(tmp_path, tiny, seeds=(0,), state="queued", minutes=-9, changes={"batch_size": 8})
    queued = write_run(tmp_path, tiny, state="queued", minutes=50, changes={"batch_size": 4})
    (field,) = fields(RunIndex(tmp_path).rows())
    assert field.title == "tiny"
    # A run that has not begun does not know its photos; its folder does.
    assert queued.id in {row.id for group in field.groups for row in group.members}
    monkeypatch.setattr(challenge_ranking, "CLASSES", ("background", "cats", "dogs"))
    assert fields(RunIndex(tmp_path).rows()) == []


def test_changes_are_counted_as_train_lists_them():
    assert changes_of(recipe_dict(load_recipe("looks-good", {"seed": 7}))) == ()
    mended = recipe_dict(load_recipe("looks-good", {"bands.0.lr": 0, "augment.flip": "horizontal"}))
    assert [key for key, *_ in changes_of(mended)] == ["bands", "augment.flip"]
    assert changes_words(changes_of(mended)) == "2 changes"
