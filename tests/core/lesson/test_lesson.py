"""The lesson's sentences, numbers and pictures."""

from __future__ import annotations

import json
import re
from statistics import fmean

import pytest

from core.base import language
from core.base.errors import RunError
from core.lesson import figures
from core.lesson.glossary import glossary, split_terms, term_placeholders
from core.lesson.pair import GENERALISES_VERDICT, LOOKS_GOOD_VERDICT, SeedSpread, find_pair
from core.lesson.repairs import (
    ARMS,
    REAL_HEADING,
    RESULTS,
    TOY_HEADING,
    arm_names,
    outcome_text,
    read_arms,
)
from core.lesson.steps import build_step, titles, validation_text
from tests.conftest import ROOT
from tests.factory import write_dataset, write_run
from tests.factory_examples import SEEDS, write_examples

STEPS = range(1, len(titles()) + 1)


def strip_markup(text):
    """The text without marks, as it is read aloud."""
    return "".join(words for words, __ in split_terms(text))


def overlap(one, other):
    """Whether two ranges over seeds have a value in common."""
    return one.low <= other.high and other.low <= one.high


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    root = tmp_path_factory.mktemp("lesson")
    dataset = write_dataset(root / "dataset" / "toy_books")
    return find_pair(write_examples(root / "examples", dataset))


@pytest.fixture
def japanese(monkeypatch):
    monkeypatch.setattr(language, "_get_language", lambda: "ja")


# --- which runs -----------------------------------------------------------------------------------


def test_the_pair_is_the_lowest_seed_of_each_kind(pair):
    assert (pair.a.verdict, pair.b.verdict) == (LOOKS_GOOD_VERDICT, GENERALISES_VERDICT)
    assert [run.recipe().seed for run in pair.a.runs] == list(range(SEEDS))
    assert pair.a.shown_run.recipe().name == "looks-good"
    assert pair.b.shown_run.recipe().seed == 0


def test_without_enough_examples_there_is_no_lesson(tmp_path):
    with pytest.raises(RunError, match="the example runs do not cover both recipes"):
        find_pair(tmp_path / "gone")
    dataset = write_dataset(tmp_path / "dataset" / "toy_books")
    write_run(tmp_path / "few", dataset, "quick")
    write_run(tmp_path / "few", dataset, "looks-good", minutes=1)
    with pytest.raises(RunError, match="the example runs do not cover both recipes"):
        find_pair(tmp_path / "few")


def test_the_same_recipe_on_other_photos_is_no_training_of_it(tmp_path):
    dataset = write_dataset(tmp_path / "dataset" / "toy_books")
    folder = write_examples(tmp_path / "examples", dataset)
    other = write_dataset(tmp_path / "dataset" / "other", photos=5)
    stranger = write_run(folder, other, "quick", minutes=30)
    note = stranger.environment()
    note["data"]["fingerprints"] = {"train": "another", "test_sets": {}}
    (stranger.path / "environment.json").write_text(json.dumps(note), "utf-8")
    assert [run.recipe().seed for run in find_pair(folder).b.runs] == list(range(SEEDS))


# --- numbers --------------------------------------------------------------------------------------


def test_a_number_is_told_with_its_lowest_and_highest():
    assert SeedSpread((0.18, 0.21, 0.24)).format_percent() == "21% (18-24)"
    assert SeedSpread((0.04, 0.06)).format_points() == "5 (4-6)"
    assert SeedSpread((-0.03, 0.001)).format_points() == "\u22121 (\u22123 … 0)"
    assert SeedSpread((1.0, 1.0)).format_number() == "1.0"
    assert SeedSpread((0.0001, 0.06)).format_range() == "0.0001-0.06"


def test_the_sentences_tell_the_numbers_of_the_runs(pair):
    for letter, side in pair.sides.items():
        scores = [run.summary()["sets"][pair.set_name]["scores"]["object"] for run in side.runs]
        mean = f"{100 * fmean(score['value'] for score in scores):.0f}%"
        assert re.search(rf"{letter} (gets )?{mean}", strip_markup(build_step(2, pair).text))
    loss = pair.a.shown_run.summary()["validation"]["loss"]
    assert f"{loss:.1g}" in validation_text(pair, "A")[1]
    fall = pair.b.evidence_spread("reliance", pair.set_name, "fall", "object", "value")
    assert fall.format_points() in strip_markup(build_step(4, pair).text)


def test_the_last_lift_is_that_of_the_summary(pair):
    told = pair.b.summary_spread("sets", pair.set_name, "localisation", "lift")
    assert figures.lifts(pair, pair.b)[-1].mean == pytest.approx(told.mean, rel=1e-3)


def test_the_layers_that_b_froze_did_not_move(pair):
    moved, frozen = figures.layer_drifts(pair), figures.frozen_layer_count(pair.b)
    assert frozen == 16
    assert figures.mean_drift_before(moved, frozen, "B").mean == 0
    assert figures.mean_drift_before(moved, frozen, "A").mean > 0


# --- the repairs are docs/results.md's ------------------------------------------------------------


def test_the_repairs_are_read_from_the_page():
    page = RESULTS.read_text("utf-8")
    for photos in (TOY_HEADING, REAL_HEADING):
        arms = read_arms(photos)
        assert {"nothing", "augmentation", "dropout"} <= arms.keys()
        for key, arm in arms.items():
            row = f"| {ARMS[key]} | {arm.seeds} |"
            share = f"{arm.accuracy:.2f} ({arm.low:.2f}-{arm.high:.2f})"
            assert any(row in line and share in line for line in page.splitlines()), key


def test_what_the_lesson_says_of_the_repairs_still_holds():
    """Where docs/results.md comes to say otherwise, sentences of the lesson must be read again."""
    arms = read_arms(TOY_HEADING)
    assert arms["augmentation"].outcome == "worse"
    assert arms["dropout"].outcome == "cannot tell"
    if "fast-front" in arms:  # steps 5 and 7
        assert "overfit that looks good" in arms["fast-front"].verdicts
        assert arms["slow-front"].verdicts.startswith("generalises")


def test_a_missing_page_of_results_is_no_error(tmp_path):
    assert read_arms(TOY_HEADING, tmp_path / "results.md") == {}


@pytest.mark.parametrize("without", list(ARMS))
def test_each_repair_is_told_with_both_numbers(pair, without):
    arms = read_arms(TOY_HEADING)
    answer = build_step(6, pair, arm_key=without).answer
    if without in arms and without != "nothing":
        for key in (without, "nothing"):
            assert f"{100 * arms[key].accuracy:.0f}%" in answer
        assert outcome_text(arms[without].outcome) in answer
    else:
        assert arm_names()["augmentation"] in answer


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", STEPS)
def test_a_step_has_at_most_sixty_words(pair, number):
    step = build_step(number, pair, vote="A")
    for_all = [build_step(number, pair, arm_key=key).answer for key in ARMS] + [step.answer]
    assert max(len(strip_markup(f"{step.text} {answer}").split()) for answer in for_all) <= 60
    assert step.questions


@pytest.mark.parametrize("number", STEPS)
def test_every_sentence_is_there_in_japanese(pair, number, japanese):
    step = build_step(number, pair, vote="A")
    texts = [titles()[number - 1], *(part for why in step.questions.items() for part in why)]
    for text in [*texts, step.text, *filter(None, [step.answer])]:
        assert re.search("[ぁ-ん]", strip_markup(text)), text
        assert not re.search("[a-z]{2,} [a-z]{2,} [a-z]{2,}", strip_markup(text)), text
    assert len(strip_markup(step.text + step.answer)) <= 230


def test_a_word_of_the_trade_is_explained_where_it_stands():
    text = "A {loss} of 1 (0-2) in {a}".format(**term_placeholders("loss"))
    assert split_terms(text) == [
        ("A ", ""),
        ("loss", "loss"),
        (" of 1 ", ""),
        ("(0-2)", "range"),
        (" in ", ""),
        ("A", "A"),
    ]
    assert all(word and meaning for word, meaning in glossary().values())


@pytest.mark.parametrize("least", [1e-4, 5e-5])  # written with an exponent below 0.0001
def test_a_range_of_losses_stays_on_one_line(least):
    losses = SeedSpread((least, 0.06)).format_range()
    assert split_terms(f"losses of {losses} here") == [
        ("losses of ", ""),
        (losses, "range"),
        (" here", ""),
    ]


# --- pictures -------------------------------------------------------------------------------------


def test_the_cut_out_books_carry_the_answers_of_the_shown_runs(pair):
    books = figures.object_crop_examples(pair)
    assert len(books) == figures.BOOKS
    for letter, side in pair.sides.items():
        given = set(side.predictions(f"{pair.set_name}/objects")[0]["predicted"])
        for book in books:
            answer, good = book.predictions[letter]
            assert answer in given
            assert good == (answer == (book.truth or "background"))


def test_the_localisation_figure_has_a_picture_for_every_snapshot(pair):
    found = figures.localisation_data(pair)
    assert len(found["epochs"]) == len(figures.lifts(pair, pair.a))
    for row in found["rows"]:
        assert len(row["A"]) == len(row["B"]) == len(found["epochs"])
        assert row["A"] != row["B"]


def test_the_masked_photo_is_one_that_b_knows(pair):
    plain_photo, object_, only = figures.masked_photos(pair)
    assert [one.variant for one in (plain_photo, object_, only)] == ["plain", *figures.VARIANTS[1:]]
    assert len({one.jpeg for one in (plain_photo, object_, only)}) == 3
    assert all(0 <= chance <= 1 for one in (object_, only) for _, chance in one.by_side.values())


# --- the committed example runs -------------------------------------------------------------------


@pytest.fixture(scope="module")
def examples():
    try:
        return find_pair(ROOT / "runs" / "examples")
    except RunError:
        pytest.skip("the example runs are not in this checkout")


def test_validation_cannot_tell_the_examples_apart(examples):
    """What the first step says."""
    a, b = (side.summary_spread("validation", "loss") for side in (examples.a, examples.b))
    assert overlap(a, b)
    right = [
        side.summary_spread("validation", "accuracy", "correct").mean
        for side in (examples.a, examples.b)
    ]
    assert abs(right[0] - right[1]) <= 1


def test_the_examples_do_what_the_steps_say(examples):
    a, b = examples.a, examples.b
    objects = ("sets", examples.set_name, "scores", "object", "value")
    assert a.summary_spread(*objects).high < b.summary_spread(*objects).low
    of_a, of_b = figures.lifts(examples, a), figures.lifts(examples, b)
    assert overlap(of_a[0], of_b[0])  # both look at the books while only the head learns
    assert of_a[-1].high < of_a[0].low  # then one looks away
    assert of_b[-1].low > of_a[-1].high
    fall = ("reliance", examples.set_name, "fall", "object", "value")
    assert a.evidence_spread(*fall).high < b.evidence_spread(*fall).low
    same = [figures.unchanged_predictions(examples, side)[0] for side in (a, b)]
    assert same[0].low > same[1].high
    moved, frozen = figures.layer_drifts(examples), figures.frozen_layer_count(b)
    assert figures.mean_drift_before(moved, frozen, "A").low > 0.2
    assert figures.mean_drift_before(moved, frozen, "B").high == 0
