"""Which of a run's shifted validation photos are shown: typical ones, by a fixed rule."""

from dataclasses import dataclass

import pandas as pd

from core.base.formatting import percent
from core.base.language import _, translate
from core.data.expected_use import FAMILY_TITLES
from core.views.diagnosis_pictures import Picture, evenly_spaced

MAX_EXAMPLES = 8


@dataclass(frozen=True)
class ShiftedExample:
    """A view as shifted.csv has it. probability: of the answer."""

    family: str
    file: str
    view: int
    primary: str
    predicted: str
    probability: float

    def picture(self, jpeg: bytes) -> Picture:
        """With what was answered to it."""
        family = translate(FAMILY_TITLES.get(self.family, self.family))
        right = self.predicted == self.primary
        answer = f"{self.predicted} {percent(self.probability)}"
        if not right:
            answer = _("{answer}; it is {truth}", answer=answer, truth=self.primary)
        words = _(
            "Photo {file}, {family}; answer: {answer}", file=self.file, family=family, answer=answer
        )
        return Picture(jpeg, f"{answer} ({family})", words, right)


def choose_examples(frame: pd.DataFrame) -> list[ShiftedExample]:
    """Of each family as many, right and wrong in the proportion of all its views but at least one
    of either kind, evenly spaced. frame: shifted.csv."""
    families = [name for name in FAMILY_TITLES if name in set(frame["family"])]
    chosen: list[ShiftedExample] = []
    for family in families:
        rows = [
            ShiftedExample(
                family,
                row["file"],
                int(row["view"]),
                row["primary"],
                row["predicted"],
                float(row[f"p_{row['predicted']}"]),
            )
            for row in frame[frame["family"] == family].to_dict("records")
        ]
        right = [row for row in rows if row.predicted == row.primary]
        wrong = [row for row in rows if row.predicted != row.primary]
        count = min(MAX_EXAMPLES // len(families), len(rows))
        of_wrong = round(count * len(wrong) / len(rows))
        if wrong and right and count > 1:
            of_wrong = min(max(of_wrong, 1), count - 1)
        chosen += evenly_spaced(right, count - of_wrong) + evenly_spaced(wrong, of_wrong)
    return chosen
