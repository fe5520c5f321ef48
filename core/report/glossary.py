"""The words of the report, a line each."""

from core.base.language import N_, _, translate
from core.compare.tables import LIFT_DESCRIPTION, SCORE_DESCRIPTIONS, SCORE_TITLES
from core.evaluate.rules import MEANINGS

_TERMS = {
    N_("validation"): N_(
        "Photos kept aside from the training photos. They come from the same shoot, so a "
        "network that only knows the shoot does well on them too."
    ),
    N_("test sets"): N_("Photos that no training has seen; test_difficult were taken elsewhere."),
    N_("95 % interval"): N_(
        "The scores that would fit what was seen on so few photos. Two scores whose "
        "intervals overlap may still differ: the paired comparison tells."
    ),
    N_("constant answer"): N_("What the best single answer for all photos gets."),
    N_("frozen backbone"): N_(
        "Logistic regression on pretrained features that never saw these photos."
    ),
    N_("untrained weights"): N_("The same on features of random weights."),
    N_("class map"): N_("Which parts of a photo speak for a class (class activation map, CAM)."),
    N_("evidence"): N_("What in a class map speaks for that class and not for all classes alike."),
    N_("share in the box"): N_("How much of that evidence lies where the object is."),
    N_("loss"): N_("How far the probabilities are from the right answers; 0 is perfect and sure."),
    N_("group"): N_(
        "Runs of one recipe on the same photos that differ by their seed or fold: one run"
        " alone cannot tell skill from luck."
    ),
    N_("seed"): N_("The number from which all that is random in a run is drawn."),
}


def glossary() -> dict[str, str]:
    """Terms, scores and verdicts."""
    words = {translate(name): translate(meaning) for name, meaning in _TERMS.items()}
    words |= {
        translate(title): translate(SCORE_DESCRIPTIONS[name])
        for name, title in SCORE_TITLES.items()
    }
    words[_("lift")] = translate(LIFT_DESCRIPTION)
    words |= {translate(verdict): translate(meaning) for verdict, meaning in MEANINGS.items()}
    return words
