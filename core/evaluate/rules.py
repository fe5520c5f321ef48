"""The rules of the verdict, read from the top; the thresholds that they compare with; and what each
verdict means. Fixed on the bundled toy set, explained in docs/how-numbers-are-computed.md."""

from core.base.language import N_
from core.store.schemas import Verdict

MEANINGS: dict[Verdict, str] = {
    "generalises": N_("What it learned transfers to photos from elsewhere."),
    "holds up, untested elsewhere": N_(
        "It still recognises its validation photos when they are rotated, moved or lit "
        "differently, but has not been tested on photos from elsewhere."
    ),
    "overfit that looks good": N_(
        "Validation looks good, but what it learned does not transfer to other photos."
    ),
    "overfit, and it shows": N_(
        "It fits its training photos, but validation or other photos show that this does "
        "not transfer."
    ),
    "never learned": N_("It has not learned to distinguish the classes well."),
    "too little evidence": N_("The available photos cannot tell a good run from a bad one."),
}
# What the rules compare with. Skill is (score - constant) / (1 - constant): 0 is what the best
# constant answer gets, 1 is perfect, so that sets with other classes and counts compare.
THRESHOLDS: dict[str, tuple[float, str]] = {
    "validation": (
        0.85,
        N_(
            "validation is fine at or above this accuracy, if its interval lies above the "
            "best constant prediction; it is bad if its interval lies below this accuracy; "
            "otherwise it cannot tell"
        ),
    ),
    "random": (
        1.0,
        N_(
            "validation also cannot tell if its loss is at least this multiple of "
            "ln(classes), the loss of random guessing"
        ),
    ),
    "exploded": (
        4.0,
        N_("training has diverged if its loss ends above this many times ln(classes)"),
    ),
    "memorised": (
        0.5,
        N_(
            "the training photos are memorised if the training loss ends below this "
            "fraction of ln(classes), the loss of random guessing"
        ),
    ),
    "rise": (2.0, N_("validation has got worse if its loss ends above this many times its best")),
    "shifted": (
        0.95,
        N_(
            "validation photos hold up if predictions on their shifted views reach this "
            "skill, both over all families and over those that the recipe does not train on"
        ),
    ),
    "shifted apart": (
        0.5,
        N_("what it learned breaks down if predictions on shifted views have less than this skill"),
    ),
    "background": (
        0.25,
        N_(
            "it relies on the background if its accuracy is this much higher on "
            "backgrounds of the photos' own class than on others"
        ),
    ),
    "photos": (10, N_("a criterion counts if it rests on at least this many photos or objects")),
    "veto": (
        0.10,
        N_(
            "a test set is bad, whatever its criteria, if its accuracy is less than this "
            "above the best constant prediction and its interval includes that prediction's"
        ),
    ),
    "accuracy": (
        0.35,
        N_("it finds the objects at this skill or above, if each photo shows one class"),
    ),
    "objects": (
        0.40,
        N_("if photos show several: it finds them at this skill or above, objects cut out"),
    ),
    "ranking": (
        0.38,
        N_("if those are not boxed: it finds them at this skill or above, presence ranking"),
    ),
    "density": (
        1.75,
        N_(
            "it looks at the objects if its evidence is at least this many times as dense "
            "inside their boxes as outside"
        ),
    ),
    "room": (
        0.75,
        N_(
            "boxes that cover more than this fraction of the photo leave too little "
            "outside to compare"
        ),
    ),
    "needs": (
        0.35,
        N_(
            "it needs the objects if the correct classes lose this much more probability "
            "with the objects hidden than with everything else hidden"
        ),
    ),
}
# Read from the top; the first that fires decides.
RULES: dict[str, tuple[Verdict, str]] = {
    N_("training diverged"): ("never learned", N_("the training loss has `exploded`")),
    N_("validation behind training"): (
        "overfit, and it shows",
        N_(
            "validation is bad, and the training photos are `memorised` or the validation loss "
            "shows a `rise`"
        ),
    ),
    N_("not yet learned"): ("never learned", N_("validation is bad, and no rule above applies")),
    N_("a test set is bad, validation fine"): (
        "overfit that looks good",
        N_("validation is fine, and the worst test set is bad"),
    ),
    N_("a test set is bad, training photos memorised"): (
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
            "validation is fine, no labelled test set is from elsewhere, and validation "
            "photos are `shifted apart` or rely on their own `background`"
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
        N_("no criterion can be judged on a labelled test set from elsewhere"),
    ),
    N_("the criteria disagree"): (
        "too little evidence",
        N_("on the worst test set, as many criteria are good as bad"),
    ),
    N_("photos from elsewhere are good"): (
        "generalises",
        N_(
            "on each test set, more than half of the criteria are good, and one set is from "
            "elsewhere"
        ),
    ),
}


def threshold(name: str) -> float:
    """The number that a rule compares with."""
    return THRESHOLDS[name][0]
