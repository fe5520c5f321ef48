"""The rules of the verdict, read from the top; the thresholds that they compare with; and what each
verdict means. Fixed on the bundled toy set, explained in docs/how-numbers-are-computed.md."""

from core.base.language import N_
from core.store.schemas import Verdict

MEANINGS: dict[Verdict, str] = {
    "generalises": N_("What it has learned holds on photos from elsewhere too."),
    "holds up, untested elsewhere": N_(
        "Its validation photos stay recognised when they are turned, moved or lit otherwise; no "
        "photo from elsewhere has tested it."
    ),
    "overfit that looks good": N_(
        "Validation says all is well, yet what it has learned does not hold on other photos."
    ),
    "overfit, and it shows": N_(
        "It knows its training photos, and validation or other photos "
        "show that this does not carry over."
    ),
    "never learned": N_("It has not learned to tell the classes apart well."),
    "too little evidence": N_("The photos at hand cannot tell a good run from a bad one."),
}
# What the rules compare with. Skill is (score - constant) / (1 - constant): 0 is what the best
# constant answer gets, 1 is perfect, so that sets with other classes and counts compare.
THRESHOLDS: dict[str, tuple[float, str]] = {
    "validation": (
        0.85,
        N_(
            "validation is fine from this accuracy on, where its interval lies above the best "
            "constant answer; it is bad where its interval lies below; else it cannot tell"
        ),
    ),
    "random": (
        1.0,
        N_(
            "nor can it tell where its loss is at least this share of ln(classes), the loss of "
            "answering at random"
        ),
    ),
    "exploded": (
        4.0,
        N_("training has gone wild when its loss ends above this many times ln(classes)"),
    ),
    "memorised": (
        0.5,
        N_(
            "the training photos are known by heart when the training loss ends below this share "
            "of ln(classes), the loss of answering at random"
        ),
    ),
    "rise": (2.0, N_("validation has got worse when its loss ends above this many times its best")),
    "shifted": (
        0.95,
        N_(
            "validation photos hold up when answers to their shifted views have this skill, over "
            "all families and over those that the recipe does not train on"
        ),
    ),
    "shifted apart": (
        0.5,
        N_("what was learned falls apart when answers to shifted views have less than this skill"),
    ),
    "background": (
        0.25,
        N_(
            "it relies on the background when it answers so many more photos right before "
            "backgrounds of their own class than before others"
        ),
    ),
    "photos": (10, N_("a sign counts when it rests on at least this many photos or objects")),
    "veto": (
        0.10,
        N_(
            "a test set is bad, whatever its signs, where its accuracy is less than this above the "
            "best constant answer and its interval holds that answer"
        ),
    ),
    "accuracy": (
        0.35,
        N_("it finds the objects from this skill on, where each photo shows one class"),
    ),
    "objects": (
        0.40,
        N_("where photos show several: it finds them from this skill on, objects cut out"),
    ),
    "ranking": (
        0.38,
        N_("where those are not boxed: it finds them from this skill on, presence ranking"),
    ),
    "density": (
        1.75,
        N_(
            "it looks at the objects when its evidence is so many times as dense in their boxes as "
            "outside"
        ),
    ),
    "room": (
        0.75,
        N_(
            "boxes that cover more than this share of the photo leave too little outside to compare"
        ),
    ),
    "needs": (
        0.35,
        N_(
            "it needs the objects when the right classes lose this much more probability with the "
            "objects hidden than with everything else hidden"
        ),
    ),
}
# Read from the top; the first that fires decides.
RULES: dict[str, tuple[Verdict, str]] = {
    N_("training gone wild"): ("never learned", N_("the training loss has `exploded`")),
    N_("validation behind training"): (
        "overfit, and it shows",
        N_(
            "validation is bad, and the training photos are `memorised` or the validation loss "
            "shows a `rise`"
        ),
    ),
    N_("not yet learned"): ("never learned", N_("validation is bad, and nothing else fired")),
    N_("a test set is bad, validation fine"): (
        "overfit that looks good",
        N_("validation is fine, and the worst test set is bad"),
    ),
    N_("a test set is bad, training photos known"): (
        "overfit, and it shows",
        N_(
            "validation cannot tell, the worst test set is bad, and the training photos are "
            "`memorised`"
        ),
    ),
    N_("a test set is bad"): (
        "never learned",
        N_("validation cannot tell, and the worst test set is bad"),
    ),
    N_("shifted photos are bad, validation fine"): (
        "overfit that looks good",
        N_(
            "validation is fine, no labelled test set is from elsewhere, and validation photos "
            "are `shifted apart` or need their own `background`"
        ),
    ),
    N_("shifted photos are good, untested elsewhere"): (
        "holds up, untested elsewhere",
        N_(
            "validation is fine, no labelled test set is from elsewhere, and `shifted` validation "
            "photos are still recognised"
        ),
    ),
    N_("no photos from elsewhere"): (
        "too little evidence",
        N_("no labelled test set from elsewhere has signs to read"),
    ),
    N_("the signs disagree"): (
        "too little evidence",
        N_("as many signs of the worst test set are good as bad"),
    ),
    N_("photos from elsewhere are good"): (
        "generalises",
        N_("more than half of the signs of each test set are good, and one is from elsewhere"),
    ),
}


def threshold(name: str) -> float:
    """The number that a rule compares with."""
    return THRESHOLDS[name][0]
