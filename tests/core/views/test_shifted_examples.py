"""core.views.diagnosis_pictures: typical views of each family, in proportion."""

from __future__ import annotations

import pandas as pd

from core.views.diagnosis_pictures import MAX_EXAMPLES, choose_examples
from tests.core.evaluate.test_shifted import answers


def test_right_and_wrong_are_shown_in_proportion_and_neither_is_hidden():
    frame = pd.concat(
        [
            answers("geometry", {"red1": 4, "red2": 4, "blue1": 2, "blue2": 2}),
            answers("light", {"red1": 4, "red2": 4, "blue1": 4, "blue2": 3}),
        ]
    )
    found = choose_examples(frame)
    rights = [(one.family, one.predicted == one.primary) for one in found]
    assert len(found) == MAX_EXAMPLES
    assert rights.count(("geometry", True)) == 3 and rights.count(("geometry", False)) == 1
    assert rights.count(("light", True)) == 3 and rights.count(("light", False)) == 1
    wrong = next(one for one in found if one.predicted != one.primary)
    assert wrong.picture(b"").caption.startswith(f"{wrong.predicted} 80%; actual: {wrong.primary}")
    assert choose_examples(frame.iloc[:0]) == []
