"""core.compare.confusion: precision and recall per class, with intervals or too few."""

from __future__ import annotations

import pandas as pd

from core.compare.confusion import class_scores


def test_each_class_has_its_precision_and_recall():
    truth = ["fern"] * 6 + ["tide"] * 4 + [""]
    answers = ["fern"] * 5 + ["tide"] + ["tide"] * 3 + ["fern"] + ["fern"]
    frame = pd.DataFrame({"split": "test", "primary": truth, "predicted": answers})
    found = class_scores(frame, "test")
    assert [*found["class"]] == ["fern", "tide"]
    assert [*found["photos"]] == [6, 4] and [*found["predictions"]] == [6, 4]
    assert found["recall"][0] == "83% (44% to 97%)"  # Wilson's, of 5 in 6
    assert found["precision"][0] == "83% (44% to 97%)"
    assert found["recall"][1] == "3 of 4 (too few)"
    assert class_scores(frame, "validation").empty
