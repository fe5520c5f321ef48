from __future__ import annotations

from core.capture.session import Answer, Picture
from core.capture.tally import (
    PairTally,
    odds_text,
    pair_tally,
    remaining_text,
    run_tally,
    verdict_text,
)

RUNS = ("A", "B")


def _pictures(right: str) -> list[Picture]:
    """A photo for each letter: a, b: only that run is right; 2, 0: both or none; ?: not asked."""
    pictures = []
    for number, each in enumerate(right):
        answers = {
            run: Answer("red" if each in (run.lower(), "2") else "blue", 0.9)
            for run in RUNS
            if each != "?"
        }
        pictures.append(Picture(f"p{number:04d}", "red", "", "", "", "", "", "", answers=answers))
    return pictures


def test_runs_are_counted_on_what_they_answered() -> None:
    pictures = _pictures("ab20?b")
    assert run_tally(pictures, "B").answered == 5 and run_tally(pictures, "B").right == 3
    pair = pair_tally(pictures, RUNS)
    assert pair is not None
    assert (pair.answered, pair.first_only, pair.second_only) == (5, 1, 2)
    assert pair.settled_after is None and pair.remaining is not None
    assert pair_tally(pictures, ("A",)) is None


def test_settled_is_said_with_its_photo_and_stays() -> None:
    pair = pair_tally(_pictures("2bbbb0bbbaaa"), RUNS)
    assert pair is not None
    assert (pair.settled_after, pair.settled_for) == (9, 1)
    assert verdict_text(pair, RUNS) == "B is better: decided after 9 photos"
    assert pair.remaining is None and remaining_text(pair) == ""


def test_words_never_claim_more_than_the_photos() -> None:
    words = {
        verdict_text(found, RUNS) + "; " + odds_text(found, RUNS)
        for found in (PairTally(5, 0, 0), PairTally(5, 3, 2), PairTally(9, 0, 6))
    }
    assert words == {
        "No photo yet where only one of them is correct; ",
        "3 vs 2: cannot tell yet; ",
        "6 vs 0: cannot tell yet; 14 to 1 that B is better; 20 to 1 decides",
    }
    assert remaining_text(PairTally(9, 0, 6)).startswith("Probably 1 to ")
    assert "never" in remaining_text(PairTally(200, 50, 50))
