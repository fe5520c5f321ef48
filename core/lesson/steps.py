"""The sentences of the lesson. Every number in them is measured: on the example runs
(core.lesson.pair) or in docs/results.md (core.lesson.repairs). A step has at most 60 words."""

from collections.abc import Callable
from dataclasses import dataclass

from core.base import formatting
from core.base.language import _
from core.lesson.figures import (
    frozen_layer_count,
    layer_drifts,
    lifts,
    mean_drift_before,
    unchanged_predictions,
)
from core.lesson.glossary import term_placeholder, term_placeholders
from core.lesson.pair import Pair
from core.lesson.repairs import (
    REAL_HEADING,
    TOY_HEADING,
    comparison_text,
    comparison_texts,
    layer_drift_text,
    outcomes_text,
    read_arms,
)


@dataclass(frozen=True)
class Step:
    """text: what there is to see. answer: what it means; a teacher may hide it. Words of the trade
    are marked (core.lesson.glossary)."""

    text: str
    answer: str
    questions: dict[str, str]


def titles() -> list[str]:
    """The steps, in their order."""
    return [
        _("Which one would you ship?"),
        _("The same books, elsewhere"),
        _("Where each one looks"),
        _("Hide the book"),
        _("Which layers changed"),
        _("What mends it"),
        _("Now you: mend it in three changes"),
    ]


def build_step(number: int, pair: Pair, vote: str = "", arm_key: str = "nothing") -> Step:
    """number: 1 to 7. vote: A or B, once it is given. arm_key: a key of core.lesson.repairs.ARMS.

    Raises InputError when a file of an example run is damaged or gone."""
    if number == 1:
        return _validation_step(pair, vote)
    if number == 6:
        return _ablation_step(arm_key)
    steps: dict[int, Callable[[Pair], Step]] = {
        2: _test_set_step,
        3: _localisation_step,
        4: _occlusion_step,
        5: _layers_step,
        7: _exercise_step,
    }
    return steps[number](pair)


def validation_text(pair: Pair, letter: str) -> tuple[str, str]:
    """What stands on the card of a network: photos right, and its loss."""
    found = pair.sides[letter].summaries[0]["validation"]
    accuracy = found["accuracy"]
    right = _(
        "{right} of {total} validation photos right",
        right=accuracy["correct"],
        total=accuracy["total"],
    )
    return right, _("validation loss {loss}", loss=f"{found['loss']:.1g}")


# --- the steps ------------------------------------------------------------------------------------


def _validation_step(pair: Pair, vote: str) -> Step:
    a, b = (side.summary_spread("validation", "loss") for side in (pair.a, pair.b))
    chose = _("You chose {choice}.", choice=term_placeholder(vote)) + " " if vote else ""
    return Step(
        _(
            "Two networks learned to name five books from photos of one shoot. Their usual test "
            "is {validation}: photos of the same shoot, kept aside. Which network would you ship? "
            "Vote before you go on.",
            **term_placeholders("validation"),
        ),
        chose
        + _(
            "Validation cannot tell: over {n} trainings each, {a} ends with a {loss} of {a_loss}, "
            "{b} of {b_loss}.",
            n=len(pair.a.runs),
            a_loss=a.format_range(),
            b_loss=b.format_range(),
            **term_placeholders("loss"),
        ),
        {
            _("Why can validation not tell?"): _(
                "Its photos show the same table, light and nearly the same pose as the "
                "training photos. Whoever knows that shoot passes, whether or not it knows "
                "the books."
            ),
            _("Which runs are these?"): _(
                "{a} and {b} are two recipes, each trained {n} times with different {seeds}. "
                "The lesson draws the first training of each, not the nicest; its numbers are "
                "means over all, with the lowest and the highest in brackets. The photos were "
                "drawn by a program.",
                n=len(pair.a.runs),
                **term_placeholders("seeds"),
            ),
        },
    )


def _test_set_step(pair: Pair) -> Step:
    score = ("sets", pair.set_name, "scores", "object")
    a, b = (side.summary_spread(*score, "value") for side in (pair.a, pair.b))
    first = pair.a.summaries[0]["sets"][pair.set_name]["scores"]["object"]
    said = [
        float((t["predicted"] == "background").sum()) for t in pair.a.predictions(pair.set_name)
    ]
    return Step(
        _(
            "Beside photos of the shoot: books cut out of photos taken elsewhere. Of all {total}, "
            "{a} names {a_right} right, {b} {b_right}; one answer for all would get {constant}.",
            a_right=a.format_percent(),
            b_right=b.format_percent(),
            total=first["total"],
            constant=formatting.percent(first["constant"]),
            **term_placeholders(),
        ),
        _(
            "So a validation {loss} of almost 0 only meant: it knows this shoot. That is "
            "{overfitting}; photos of the same shoot cannot show it.",
            **term_placeholders("loss", "overfitting"),
        ),
        {
            _("What does A say instead?"): _(
                "Mostly “background”: to {n} of the {total} whole photos from elsewhere "
                "(mean of its trainings).",
                n=f"{sum(said) / len(said):.0f}",
                total=len(pair.test_set.photos),
            ),
            _("Who chose these books?"): _(
                "Nobody: they are spread evenly over all {total}. A book of no class counts "
                "as right when it is called “background”.",
                total=first["total"],
            ),
        },
    )


def _localisation_step(pair: Pair) -> Step:
    a, b = lifts(pair, pair.a), lifts(pair, pair.b)
    redrawn = pair.a.evidence_spread("redrawn_head", pair.set_name, "lift")
    return Step(
        _(
            "Bright is what speaks for the framed book ({map}). Play: while only the last layers "
            "learn, both look at the books, {a_first} and {b_first} times an {even}. Then all of "
            "{a}'s layers learn, and its eye leaves: {a_last}. {b}: {b_last}.",
            a_first=f"{a[0].mean:.1f}",
            b_first=f"{b[0].mean:.1f}",
            a_last=a[-1].format_number(),
            b_last=b[-1].format_number(),
            **term_placeholders("map", "even"),
        ),
        _("Still its validation loss ended near 0. The loss hid it; the map shows it."),
        {
            _("How is such a map made?"): _(
                "The network's last layer adds up evidence for each class, place by place. The "
                "map shows that sum before it is averaged into an answer, less the mean of all "
                "classes."
            ),
            _("Can the map be trusted?"): _(
                "With a head of random weights, which knows no book, A's maps come to "
                "{redrawn} times an even spread. So A's own maps say little, and B's say much.",
                redrawn=redrawn.format_number(),
            ),
        },
    )


def _occlusion_step(pair: Pair) -> Step:
    told = ("reliance", pair.set_name)
    a, b = (side.evidence_spread(*told, "fall", "object", "value") for side in (pair.a, pair.b))
    (same_a, photos), (same_b, _photos) = (
        unchanged_predictions(pair, side) for side in (pair.a, pair.b)
    )
    control_a, control_b = (
        side.evidence_spread(*told, "comparison", "fall", "elsewhere", "value")
        for side in (pair.a, pair.b)
    )
    easy = next(name for name in pair.a.evidence[0]["reliance"] if name != pair.set_name)
    at_home = pair.a.evidence_spread("reliance", easy, "fall", "object", "value")
    return Step(
        _(
            "All books are painted over. The right answers lose {a_fall} points of {probability} "
            "with {a}, {b_fall} with {b}. On {a_same} of {photos} photos {a} still answers as "
            "before, {b} on {b_same}.",
            a_fall=a.format_points(),
            b_fall=b.format_points(),
            photos=photos,
            a_same=f"{same_a.mean:.0f}",
            b_same=f"{same_b.mean:.0f}",
            **term_placeholders("probability"),
        ),
        _(
            "Away from its shoot, what {a} says hardly depends on a book being there. What {b} "
            "says does.",
            **term_placeholders(),
        ),
        {
            _("Does an answer that stays prove anything?"): _(
                "Not alone: whoever always says “background” never changes. So the "
                "probability of the right books counts. As a check as much is hidden "
                "elsewhere in the photo: then A loses {a_check} points, B {b_check}.",
                a_check=control_a.format_points(),
                b_check=control_b.format_points(),
            ),
            _("Does A never need the book?"): _(
                "On the table that it was trained on it does: there it loses {easy} points. It "
                "knows the books as they lay in the shoot.",
                easy=at_home.format_points(),
            ),
        },
    )


def _layers_step(pair: Pair) -> Step:
    count = frozen_layer_count(pair.b)
    moved = mean_drift_before(layer_drifts(pair), count, "A")
    return Step(
        _(
            "Both began with {pretrained} layers. In {b} the first {count} were {frozen}; in {a} "
            "all of them learned, fast. The bars tell how far each layer has {moved}.",
            count=count,
            **term_placeholders("pretrained", "frozen", "moved"),
        ),
        _(
            "{a}'s first {count} layers moved by {far} on average: a few dozen photos overwrote "
            "what a million had taught. In the same epochs its eye left the books.",
            count=count,
            far=moved.format_number(2),
            **term_placeholders(),
        ),
        {
            _("Is it the moving that does harm?"): layer_drift_text(read_arms(TOY_HEADING)),
            _("Why did B's layers not move at all?"): _(
                "They could not: the recipe froze them. That is no finding. What A's layers "
                "did is one."
            ),
        },
    )


def _ablation_step(arm_key: str) -> Step:
    arms, real = read_arms(TOY_HEADING), read_arms(REAL_HEADING)
    return Step(
        _(
            "{b}'s recipe again, on newly drawn photos that nothing was tuned on, each time with "
            "one thing taken away. How many books does it still name right? Lines: {interval}.",
            **term_placeholders("interval"),
        ),
        comparison_text(arm_key, arms)
        if arm_key in arms and arm_key != "nothing"
        else outcomes_text(arms),
        {
            _("And on real photos?"): _(
                "On the photos of the experiment that this grew out of, B's recipe names "
                "{right} right.",
                right=formatting.percent(real["nothing"].accuracy),
            )
            + " "
            + " ".join(comparison_texts(real))
            if real
            else _("Not measured yet."),
            _("Why not every combination?"): _(
                "Only these were trained, {n} times or more each. What was not measured is not "
                "told.",
                n=min((arm.seeds for arm in arms.values()), default=0),
            ),
        },
    )


def _exercise_step(pair: Pair) -> Step:
    arms = read_arms(TOY_HEADING)
    return Step(
        _(
            "Train opens with {a}'s recipe: every layer learns fast, on bare photos, without "
            "{dropout}. Change three things, launch it with three {seeds}, and see whether the "
            "verdict becomes “generalises”. The board ranks recipes on photos that no page shows.",
            **term_placeholders("dropout", "seeds"),
        ),
        "",
        {
            _("Why was the loss almost 0 and the network useless?"): _(
                "The validation photos came from the shoot that it was trained on. It learned "
                "that shoot, down to its first layers, and not the books."
            ),
            _("How could one have seen it?"): _(
                "By photos from elsewhere, by where it looks, by hiding the books, and by "
                "which layers moved. Not by the validation loss."
            ),
            _("What mends it?"): " ".join(
                [*comparison_texts(arms), _("So it was here; measure it on your photos.")]
            ),
        },
    )
