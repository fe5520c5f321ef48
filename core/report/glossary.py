"""The words of the report, a line each."""

from __future__ import annotations

from core.base.language import mark, retell, say
from core.compare.tables import LIFT_WORDS, SCORE_TITLES, SCORE_WORDS
from core.evaluate.verdict import MEANINGS
from core.report.markup import Markup, tag

_WORDS = {
    mark("validation"): mark(
        "Photos kept aside from the training photos. They come from the same shoot, so a "
        "network that only knows the shoot does well on them too."
    ),
    mark("test sets"): mark(
        "Photos that no training has seen; test_difficult were taken elsewhere."
    ),
    mark("95 % interval"): mark(
        "The scores that would fit what was seen on so few photos. Two scores whose "
        "intervals overlap may still differ: the paired comparison tells."
    ),
    mark("constant answer"): mark("What the best single answer for all photos gets."),
    mark("frozen backbone"): mark(
        "Logistic regression on pretrained features that never saw these photos."
    ),
    mark("untrained weights"): mark("The same on features of random weights."),
    mark("class map"): mark(
        "Which parts of a photo speak for a class (class activation map, CAM)."
    ),
    mark("evidence"): mark(
        "What in a class map speaks for that class and not for all classes alike."
    ),
    mark("share in the box"): mark("How much of that evidence lies where the object is."),
    mark("loss"): mark(
        "How far the probabilities are from the right answers; 0 is perfect and sure."
    ),
    mark("group"): mark(
        "Runs of one recipe on the same photos that differ by their seed or fold: one run"
        " alone cannot tell skill from luck."
    ),
    mark("seed"): mark("The number from which all that is random in a run is drawn."),
}


def glossary() -> Markup:
    """Terms, scores and verdicts."""
    words = {retell(name): retell(meaning) for name, meaning in _WORDS.items()}
    words |= {retell(title): retell(SCORE_WORDS[name]) for name, title in SCORE_TITLES.items()}
    words[say("lift")] = retell(LIFT_WORDS)
    words |= {retell(verdict): retell(meaning) for verdict, meaning in MEANINGS.items()}
    entries = [
        tag("div", tag("dt", name), tag("dd", meaning), class_="keep")
        for name, meaning in words.items()
    ]
    return tag("section", tag("h2", say("Words")), tag("dl", entries, class_="words"))
