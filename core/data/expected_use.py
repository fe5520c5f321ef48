"""What the network's use will look like: five questions, whose answers dataset.yaml keeps.

No validation number is right in every world: which changes of a photo count depends on how use
will differ from the shoot. So the person is asked; unanswered, the mild changes count, which are
safe for things of any kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.base import files
from core.base.errors import DataError
from core.base.language import N_
from core.base.yaml_files import dump_yaml
from core.data.dataset import METADATA_FILE, read_metadata
from core.data.label_edits import locked_dataset

USE_KEY = "use"  # in dataset.yaml


@dataclass(frozen=True)
class UseQuestion:
    """A question, its answers by the word that dataset.yaml has for each, and the answer that
    counts while nobody has given one."""

    title: str
    answers: Mapping[str, str]
    default: str


USE_QUESTIONS: dict[str, UseQuestion] = {
    "turned": UseQuestion(
        N_("Will it be rotated?"),
        {
            "same": N_("as in the photos"),
            "slightly": N_("by up to 20°"),
            "any": N_("at any angle"),
        },
        "slightly",
    ),
    "distance": UseQuestion(
        N_("Will it be nearer or farther away?"),
        {
            "same": N_("as in the photos"),
            "slightly": N_("slightly (0.75 to 1.35 times the size)"),
            "any": N_("a lot (0.45 to 1.6 times the size)"),
        },
        "slightly",
    ),
    "light": UseQuestion(
        N_("Will the light differ?"),
        {"same": N_("same light"), "other": N_("different light")},
        "other",
    ),
    "background": UseQuestion(
        N_("Will the background differ?"),
        {"same": N_("same background"), "other": N_("different background")},
        "same",
    ),
    "medium": UseQuestion(
        N_("Will it be a drawing or a print?"),
        {"same": N_("the real object"), "other": N_("drawn or printed")},
        "same",
    ),
}

# Changes of a photo by family (core.evaluate.shifted_views).
GEOMETRY, LIGHT, OWN, OTHER = "geometry", "light", "own backgrounds", "other backgrounds"
FAMILY_TITLES: dict[str, str] = {
    GEOMETRY: N_("rotated, moved, nearer or farther"),
    LIGHT: N_("in different light"),
    OWN: N_("on backgrounds of its own class"),
    OTHER: N_("on backgrounds of other classes"),
}


def expected_use(stated: Mapping[str, str]) -> dict[str, str]:
    """An answer to every question: the stated ones, else the defaults."""
    return {key: stated.get(key, question.default) for key, question in USE_QUESTIONS.items()}


def read_stated_use(root: Path) -> dict[str, str]:
    """The answers that dataset.yaml holds, by question. Raises DataError, naming the key."""
    stated: Any = read_metadata(root).get(USE_KEY) or {}
    told = stated.items() if isinstance(stated, dict) else [(stated, None)]
    for key, answer in told:
        question = USE_QUESTIONS.get(key) if isinstance(key, str) else None
        if question is None or str(answer) not in question.answers:
            options = question.answers if question else USE_QUESTIONS
            problem = N_("{path}: use: {key}: must be one of {options}")
            raise DataError(
                problem.format(path=root / METADATA_FILE, key=key, options=", ".join(options))
            )
    return dict(told)


def write_use(root: Path, answers: Mapping[str, str]) -> None:
    """Writes the answers into dataset.yaml; all else in the file stays. Raises DataError."""
    with locked_dataset(root):
        note = read_metadata(root) | {USE_KEY: dict(answers)}
        if not answers:
            del note[USE_KEY]
        files.write_text(root / METADATA_FILE, dump_yaml(note))
