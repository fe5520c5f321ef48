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
        _("What fixes it"),
        _("Your turn: fix it in three changes"),
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
        "{right} of {total} validation photos correct",
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
            "Two networks learned to recognise five books from photos of one shoot. The "
            "usual test is {validation}: held-out photos of the same shoot. Which network "
            "would you ship? Vote before you continue.",
            **term_placeholders("validation"),
        ),
        chose
        + _(
            "Validation cannot tell: over {n} runs each, {a} ends with a {loss} of "
            "{a_loss}, {b} with {b_loss}.",
            n=len(pair.a.runs),
            a_loss=a.format_range(),
            b_loss=b.format_range(),
            **term_placeholders("loss"),
        ),
        {
            _("Why can't validation tell?"): _(
                "Its photos show the same table and light and nearly the same pose as the "
                "training photos. A network that knows that shoot passes, whether or not "
                "it knows the books."
            ),
            _("Which runs are these?"): _(
                "{a} and {b} are two recipes, each trained {n} times with different "
                "{seeds}. The figures show the first run of each, not the best; the "
                "numbers are means over all runs, with the lowest and highest in brackets. "
                "The photos are computer-generated.",
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
            "Next to photos of the shoot: books cut out of photos taken elsewhere. Of all "
            "{total}, {a} gets {a_right} correct, {b} {b_right}; always giving the same "
            "answer would score {constant}.",
            a_right=a.format_percent(),
            b_right=b.format_percent(),
            total=first["total"],
            constant=formatting.percent(first["constant"]),
            **term_placeholders(),
        ),
        _(
            "So a validation {loss} near 0 only meant that it knows this shoot. That is "
            "{overfitting}; photos of the same shoot cannot reveal it.",
            **term_placeholders("loss", "overfitting"),
        ),
        {
            _("What does A predict instead?"): _(
                "Mostly “background”: for {n} of the {total} whole photos from elsewhere "
                "(mean over its runs).",
                n=f"{sum(said) / len(said):.0f}",
                total=len(pair.test_set.photos),
            ),
            _("How were these books chosen?"): _(
                "At even intervals from all {total}, not by hand. A book of no class "
                "counts as correct when predicted as “background”.",
                total=first["total"],
            ),
        },
    )


def _localisation_step(pair: Pair) -> Step:
    a, b = lifts(pair, pair.a), lifts(pair, pair.b)
    redrawn = pair.a.evidence_spread("redrawn_head", pair.set_name, "lift")
    return Step(
        _(
            "Bright areas are evidence for the framed book ({map}). Play: while only the "
            "last layers train, both look at the books, {a_first} and {b_first} times a "
            "{even}. Then all of {a}'s layers train, and it looks away: {a_last}. {b}: "
            "{b_last}.",
            a_first=f"{a[0].mean:.1f}",
            b_first=f"{b[0].mean:.1f}",
            a_last=a[-1].format_number(),
            b_last=b[-1].format_number(),
            **term_placeholders("map", "even"),
        ),
        _("Its validation loss still ended near 0. The loss hides this; the map shows it."),
        {
            _("How is such a map made?"): _(
                "The network's last layer adds up the evidence for each class at each "
                "location. The map shows that sum before it is averaged into a prediction, "
                "minus the mean over all classes."
            ),
            _("Can the map be trusted?"): _(
                "With a head of random weights, which knows no book, A's maps reach "
                "{redrawn} times a uniform spread. So A's own maps show little, and B's "
                "show much.",
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
            "All books are painted over. The {probability} of the correct books falls by "
            "{a_fall} points for {a}, by {b_fall} for {b}. {a}'s prediction stays the same "
            "on {a_same} of {photos} photos, {b}'s on {b_same}.",
            a_fall=a.format_points(),
            b_fall=b.format_points(),
            photos=photos,
            a_same=f"{same_a.mean:.0f}",
            b_same=f"{same_b.mean:.0f}",
            **term_placeholders("probability"),
        ),
        _(
            "Away from its shoot, {a}'s prediction hardly depends on a book being there; "
            "{b}'s does.",
            **term_placeholders(),
        ),
        {
            _("Does an unchanged prediction prove anything?"): _(
                "Not alone: a network that always predicts “background” never changes. So "
                "the probability of the correct books counts. As a check, an equal area is "
                "hidden elsewhere in the photo: A then loses {a_check} points, B {b_check}.",
                a_check=control_a.format_points(),
                b_check=control_b.format_points(),
            ),
            _("Does A never need the book?"): _(
                "It does on the table it was trained on: there it loses {easy} points. It "
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
            "Both started from {pretrained} layers. In {b}, the first {count} were "
            "{frozen}; in {a}, all of them trained at high rates. The bars show each "
            "layer's {moved}.",
            count=count,
            **term_placeholders("pretrained", "frozen", "moved"),
        ),
        _(
            "{a}'s first {count} layers changed by {far} on average: a few dozen photos "
            "overwrote what a million had taught. In the same epochs, it looked away from "
            "the books.",
            count=count,
            far=moved.format_number(2),
            **term_placeholders(),
        ),
        {
            _("Does the change itself do harm?"): layer_drift_text(read_arms(TOY_HEADING)),
            _("Why did B's layers not change at all?"): _(
                "They could not: the recipe froze them. That is not a finding; the change "
                "in A's layers is."
            ),
        },
    )


def _ablation_step(arm_key: str) -> Step:
    arms, real = read_arms(TOY_HEADING), read_arms(REAL_HEADING)
    return Step(
        _(
            "{b}'s recipe again, on newly generated photos that nothing was tuned on, each "
            "time with one thing removed. How many books does it still classify correctly? "
            "Lines: {interval}.",
            **term_placeholders("interval"),
        ),
        comparison_text(arm_key, arms)
        if arm_key in arms and arm_key != "nothing"
        else outcomes_text(arms),
        {
            _("And on real photos?"): _(
                "On the photos of the original experiment, B's recipe gets {right} correct.",
                right=formatting.percent(real["nothing"].accuracy),
            )
            + " "
            + " ".join(comparison_texts(real))
            if real
            else _("Not measured yet."),
            _("Why not every combination?"): _(
                "Only these were trained, at least {n} times each. What was not measured "
                "is not shown.",
                n=min((arm.seeds for arm in arms.values()), default=0),
            ),
        },
    )


def _exercise_step(pair: Pair) -> Step:
    arms = read_arms(TOY_HEADING)
    return Step(
        _(
            "Train opens with {a}'s recipe: every layer trains at a high rate, without "
            "augmentation or {dropout}. Change three things, launch it with three {seeds}, "
            "and see whether the verdict becomes “generalises”. The board ranks recipes on "
            "photos that no page shows.",
            **term_placeholders("dropout", "seeds"),
        ),
        "",
        {
            _("Why was the network useless although the loss was almost 0?"): _(
                "The validation photos came from the shoot it was trained on. It learned "
                "that shoot, down to its first layers, not the books."
            ),
            _("How could you have noticed?"): _(
                "From photos taken elsewhere, from where it looks, from hiding the books "
                "and from which layers changed. Not from the validation loss."
            ),
            _("What fixes it?"): " ".join(
                [
                    *comparison_texts(arms),
                    _("That is the result here; measure it on your own photos."),
                ]
            ),
        },
    )
