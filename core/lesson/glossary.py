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
                "Photos held out from training, to check the network on photos it has not "
                "trained on."
            ),
        ),
        "loss": (
            _("loss"),
            _(
                "How far the prediction is from the correct class: 0 if the network is "
                "certain of it, large if it is certain of another."
            ),
        ),
        "overfitting": (
            _("overfitting"),
            _(
                "Learning the photos at hand, down to their table and light, instead of "
                "what they show."
            ),
        ),
        "map": (
            _("class map"),
            _(
                "How strongly each part of the photo is evidence for one class rather than "
                "the others. Also called CAM (class activation map)."
            ),
        ),
        "even": (
            _("uniform spread"),
            _(
                "1 is what evidence spread uniformly over the photo would put inside the "
                "frames; 2 is twice as much."
            ),
        ),
        "probability": (
            _("probability"),
            _("How certain the network is of a class; all classes add up to 100 points."),
        ),
        "pretrained": (
            _("pretrained"),
            _(
                "Already trained on ImageNet: more than a million photos of a thousand "
                "kinds of things."
            ),
        ),
        "frozen": (_("frozen"), _("Learning rate 0: the layer's weights do not change.")),
        "moved": (
            _("change"),
            _(
                "1 − CKA: how much the layer's representation of the photos differs from "
                "before training. 0: as before; 1: nothing in common."
            ),
        ),
        "interval": (
            _("95% interval"),
            _("How much the number could vary with a different choice of test photos."),
        ),
        "seeds": (
            _("seeds"),
            _(
                "Numbers that fix the randomness of a training run. Other seeds show how much "
                "is luck."
            ),
        ),
        "augmentation": (
            _("augmentation"),
            _("During training, each photo is randomly zoomed, rotated, relit and partly covered."),
        ),
        "dropout": (
            _("dropout"),
            _("During training, some of the network's features are switched off at random."),
        ),
    }
