"""core.evaluate.shifted: the numbers of shifted.csv, and what a recipe trains on itself."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from core.base.errors import DataError
from core.data.photos import read_view
from core.evaluate.predictor import Predictor
from core.evaluate.scores import MAX_LOSS
from core.evaluate.shifted import OTHER, OWN, shifted_pictures, shifted_scores, trains_on_geometry
from core.evaluate.shifted_views import Strength
from core.evaluate.verdict import assess_shifted
from core.pipeline.views import to_tensor
from core.recipe.schema import Augment, Rotate, Zoom

CLASSES = ("red", "blue")


def answers(family, right, confidence=0.8):
    """right: by photo (`red1`), how many of four views are answered right."""
    rows = []
    for file, count in right.items():
        primary = file.rstrip("0123456789")
        other = "blue" if primary == "red" else "red"
        for view in range(4):
            predicted = primary if view < count else other
            given = {f"p_{name}": 1 - confidence for name in CLASSES} | {
                f"p_{predicted}": confidence
            }
            rows.append(
                {
                    "family": family,
                    "file": file,
                    "view": view,
                    "primary": primary,
                    "predicted": predicted,
                    **given,
                }
            )
    return pd.DataFrame(rows)


def test_accuracy_is_balanced_and_its_interval_is_over_photos():
    frame = answers("light", {"red1": 4, "red2": 4, "red3": 2, "blue1": 2})
    found = shifted_scores(frame, CLASSES, ["light"], [])
    score = found["families"]["light"]["accuracy"]
    assert score["value"] == pytest.approx((10 / 12 + 2 / 4) / 2)
    assert score["total"] == 4 and score["high"] - score["low"] > 0.5  # of 4, not 16
    assert found["total"] == found["untrained"] == found["families"]["light"]
    assert (found["constant"], found["photos"]) == (0.5, 4)


def test_one_sure_mistake_does_not_decide():
    frame = answers("light", {"red1": 4, "blue1": 0}, confidence=1.0)
    loss = shifted_scores(frame, CLASSES, ["light"], [])["families"]["light"]["loss"]
    assert loss["value"] == pytest.approx(MAX_LOSS / 2)


def test_totals_are_of_what_counts_and_of_what_is_not_trained_on():
    frame = pd.concat(
        [
            answers("geometry", {"red1": 0, "blue1": 0}),
            answers("light", {"red1": 4, "blue1": 4}),
        ]
    )
    found = shifted_scores(frame, CLASSES, ["geometry", "light"], ["geometry"])
    assert found["total"]["accuracy"]["value"] == 0.5
    assert found["untrained"]["accuracy"]["value"] == 1
    nothing = shifted_scores(frame, CLASSES, [], [])
    assert nothing["total"] is None and nothing["untrained"] is None
    assert set(nothing["families"]) == {"geometry", "light"}


def test_reliance_on_background_is_paired_by_photo():
    frame = pd.concat(
        [
            answers("light", {"red1": 4, "red2": 4, "blue1": 4}),
            answers(OWN, {"red1": 4, "red2": 4, "blue1": 4}),
            answers(OTHER, {"red1": 1, "blue1": 2}),
        ]
    )
    found = shifted_scores(frame, CLASSES, ["light"], [])["background"]
    assert found["value"] == pytest.approx((0.75 + 0.5) / 2) and found["total"] == 2
    assert shifted_scores(answers("light", {"red1": 4}), CLASSES, [], [])["background"] is None


@pytest.mark.parametrize(
    ("augment", "trains"),
    [
        (Augment(), False),
        (Augment(rotate=Rotate(degrees=20), zoom=Zoom(range=(0.6, 1.6))), True),
        (Augment(rotate=Rotate(degrees=20)), True),  # zoom 1 to 1.5 reaches half of the way
        (Augment(rotate=None, zoom=Zoom(range=(0.6, 1.6))), False),
        (Augment(rotate=Rotate(degrees=20), zoom=None), False),
        (Augment.disabled(), False),
    ],
)
def test_a_recipe_trains_on_what_it_covers_by_more_than_half(augment, trains):
    assert trains_on_geometry(augment, Strength("slightly", "slightly")) == trains


def score(value, photos=15):
    return {
        "accuracy": {"value": value, "low": value - 0.1, "high": value + 0.1, "total": photos},
        "loss": {"value": -math.log(value), "low": 0.0, "high": 1.0, "total": photos},
    }


def shifted(total, untrained=None, background=None, constant=0.2):
    return {
        "views": 8,
        "photos": 15,
        "constant": constant,
        "counted": ["geometry", "light"],
        "total": score(total),
        "untrained": None if untrained is None else score(untrained),
        "background": background,
    }


@pytest.mark.parametrize(
    ("numbers", "answer"),
    [
        (shifted(0.99, 0.98), "fine"),
        (shifted(0.99, 0.9), "cannot tell"),  # good only where it trains on the same
        (shifted(0.99), "cannot tell"),
        (shifted(0.85, 0.85), "cannot tell"),
        (shifted(0.4, 0.4), "bad"),
        (shifted(0.99, 0.98, {"value": 0.5, "low": 0.2, "high": 0.7, "total": 15}), "bad"),
        (shifted(0.99, 0.98, {"value": 0.3, "low": -0.1, "high": 0.7, "total": 15}), "fine"),
        (None, "cannot tell"),
        (shifted(0.99, 0.98) | {"total": None}, "cannot tell"),
    ],
)
def test_what_shifted_views_say(numbers, answer):
    found, words = assess_shifted(numbers)
    assert found == answer
    assert ("only photos from elsewhere can" in words) == (answer == "fine")
    assert "{" not in words


def test_the_picture_that_is_shown_is_the_one_that_was_answered(trained, tiny):
    recipe, use = trained.recipe(), trained.summary()["shifted"]["use"]
    strength, predictor = Strength(use["turned"], use["distance"]), Predictor(trained)
    rows = trained.shifted().groupby("family").nth([0, 5, -1]).to_dict("records")
    assert {row["family"] for row in rows} == {"geometry", "light"}
    for row in rows:
        asked = row["family"], row["file"], int(row["view"])
        [shown] = shifted_pictures(tiny, recipe.image_size, recipe.crop, strength, [asked])
        given = predictor.predict_pixels(to_tensor(shown)[None]).probabilities[0]
        expected = [row[f"p_{name}"] for name in tiny.classes]
        np.testing.assert_allclose(given, expected, atol=0.02)  # other formats of numbers


def test_an_object_stands_before_another_background(toy_books):
    file = next(iter(toy_books.train_boxes))
    box, photo = toy_books.train_boxes[file][0], {p.file: p for p in toy_books.train}[file]
    mild = Strength("slightly", "slightly")
    [picture] = shifted_pictures(toy_books, 64, "squash", mild, [(OTHER, file, 0)])
    shown = picture.astype(int)
    plain = read_view(photo.path, 64, "squash").astype(int)
    inside = np.zeros((64, 64), bool)
    inside[round(box.y0 * 64) + 1 : round(box.y1 * 64) - 1] = True
    inside[:, : round(box.x0 * 64) + 1] = inside[:, round(box.x1 * 64) - 1 :] = False
    assert inside.any() and (shown == plain)[inside].all()
    outside = np.abs(shown - plain)[: max(1, round(box.y0 * 64))]
    assert outside.mean() > 2
    with pytest.raises(DataError, match="no view 9"):
        shifted_pictures(toy_books, 64, "squash", mild, [(OTHER, file, 9)])
