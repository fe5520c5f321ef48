"""The words of the trade that the lesson uses, explained where they stand.

A sentence holds a word as `⟦key⟧`: core.base.language puts it in for `{key}` of the catalogue's
text, and the page draws it as something to open."""

import re

from core.base.language import _

_TERM_PATTERN = re.compile(r"\u27e6([^\u27e7]+)\u27e7")
_RANGE_PATTERN = re.compile(r"(\([\d.-]+\)|\b[\d.e-]+-[\d.e-]+)")  # `(18-23)`, `0.0001-0.06`
RANGE_KEY = "range"  # the key of a piece that stays on one line
SIDES = ("A", "B")  # are marked as words are, so that they get their colours


def term_placeholder(key: str) -> str:
    return f"\u27e6{key}\u27e7"


def term_placeholders(*keys: str) -> dict[str, str]:
    """`{key: ⟦key⟧}`, for `_`, and the two sides as `a` and `b`."""
    return {key: term_placeholder(key) for key in keys} | {
        side.lower(): term_placeholder(side) for side in SIDES
    }


def split_terms(text: str) -> list[tuple[str, str]]:
    """The text cut at its marks and ranges of numbers: (what stands there, its key); no key for
    plain text."""
    words, found = glossary(), list[tuple[str, str]]()
    for place, part in enumerate(_TERM_PATTERN.split(text)):  # text and keys by turns
        if place % 2:
            found.append((part if part in SIDES else words[part][0], part))
        else:
            found += [
                (one, RANGE_KEY * (turn % 2)) for turn, one in enumerate(_RANGE_PATTERN.split(part))
            ]
    return [piece for piece in found if piece[0]]


def glossary() -> dict[str, tuple[str, str]]:
    """By key: the word as it stands in a sentence, and what it means."""
    return {
        "validation": (
            _("validation"),
            _(
                "Photos kept aside from the training photos, to see what the network does with "
                "photos that it has not trained on."
            ),
        ),
        "loss": (
            _("loss"),
            _(
                "How surprised the network is by the right answer: 0 when it was sure of it, "
                "large when it was sure of another."
            ),
        ),
        "overfitting": (
            _("overfitting"),
            _(
                "Learning the photos at hand, with their table and light, in place of what they "
                "show."
            ),
        ),
        "map": (
            _("class map"),
            _(
                "For each part of the photo, how much it speaks for one class and against the "
                "others. Also called CAM, class activation map."
            ),
        ),
        "even": (
            _("even spread"),
            _(
                "1 is what evidence strewn evenly over the photo would have in the frames; 2 is "
                "twice as much."
            ),
        ),
        "probability": (
            _("probability"),
            _("How sure the network is of an answer; over all answers it adds up to 100 points."),
        ),
        "pretrained": (
            _("pretrained"),
            _(
                "Trained before on ImageNet, more than a million photos of a thousand kinds of "
                "things."
            ),
        ),
        "frozen": (_("frozen"), _("A learning rate of 0: the layer stays as it was.")),
        "moved": (
            _("moved"),
            _(
                "1 − CKA: how differently the layer arranges the photos than before the "
                "training. 0: just as before; 1: nothing in common."
            ),
        ),
        "interval": (
            _("95 % interval"),
            _("How far chance in the choice of the test photos may have moved the number."),
        ),
        "seeds": (
            _("seeds"),
            _("Numbers that set the dice of a training. Other seeds show how much is luck."),
        ),
        "augmentation": (
            _("varied views"),
            _(
                "Augmentation: each photo is zoomed, turned, lit and partly covered at random "
                "while the network learns."
            ),
        ),
        "dropout": (
            _("dropout"),
            _("While it learns, a part of the network's features is switched off at random."),
        ),
    }
