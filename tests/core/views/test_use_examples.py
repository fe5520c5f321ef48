"""Example pictures for the questions about use."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from core.data.expected_use import USE_QUESTIONS
from core.views.use_examples import SIDE, use_examples
from tests.factory import write_dataset


def test_each_question_has_three_pictures_that_differ(toy_books, tmp_path):
    found = use_examples(toy_books)
    assert found.keys() == USE_QUESTIONS.keys()
    for question, pictures in found.items():
        assert pictures[0][0] == "same" and len(pictures) == 3
        assert {answer for answer, _ in pictures} == USE_QUESTIONS[question].answers.keys()
        shown = [np.asarray(Image.open(io.BytesIO(jpeg)), float) for _, jpeg in pictures]
        assert {each.shape for each in shown} == {(SIDE, SIDE, 3)}
        assert all(np.abs(shown[0] - other).mean() > 5 for other in shown[1:])
    unboxed = use_examples(write_dataset(tmp_path / "books"))
    assert [answer for answer, _ in unboxed["background"]] == ["same"]
