"""What docs/results.md says of the repairs (core.lesson.repairs), in sentences."""

from core.base import formatting
from core.base.language import _
from core.lesson.repairs import Arm


def arm_names() -> dict[str, str]:
    """What is taken away, in words, by the keys of core.lesson.repairs.ARMS."""
    return {
        "nothing": _("Nothing taken away"),
        "augmentation": _("Without varied views"),
        "dropout": _("Without dropout"),
        "slow-front": _("First layers learn, rate 0.01"),
        "fast-front": _("First layers learn, rate 0.1"),
    }


def outcome_text(outcome: str, capitalise: bool = False) -> str:
    """How an arm differs from the whole recipe, as docs/results.md tells it."""
    words = {
        "worse": _("worse"),
        "better": _("better"),
        "cannot tell": _("no difference that can be told"),
    }.get(outcome, "")
    return words[:1].upper() + words[1:] if capitalise else words


def outcomes_text(arms: dict[str, Arm]) -> str:
    """Which arms did worse than the whole recipe, and of which that cannot be told."""
    names = arm_names()
    lines = [
        f"{outcome_text(told, capitalise=True)}: "
        + "; ".join(names[key] for key, arm in arms.items() if arm.outcome == told)
        for told in ("worse", "better", "cannot tell")
        if any(arm.outcome == told for arm in arms.values())
    ]
    return ". ".join(lines) + "." if lines else _("Not measured yet.")


def comparison_text(key: str, arms: dict[str, Arm]) -> str:
    """`45 % named right, in place of 73 %: worse.`"""
    return _(
        "{right} named right, in place of {whole}: {difference}.",
        right=formatting.percent(arms[key].accuracy),
        whole=formatting.percent(arms["nothing"].accuracy),
        difference=outcome_text(arms[key].outcome),
    )


def comparison_texts(arms: dict[str, Arm]) -> list[str]:
    """`Without dropout: 45 % named right, ...` of each arm."""
    names = arm_names()
    return [f"{names[key]}: {comparison_text(key, arms)}" for key in arms if key != "nothing"]


def layer_drift_text(arms: dict[str, Arm]) -> str:
    """Whether layers that move do harm by moving: they moved with either rate."""
    if not {"slow-front", "fast-front"} <= arms.keys():
        return _("These runs cannot tell: they differ in more than that.")
    return _(
        "Not by itself. On newly drawn photos, with all else as in B, the first layers learned at "
        "a rate of 0.01: {slow}. At 0.1, as in A: {fast}.",
        slow=translate_verdicts(arms["slow-front"].verdicts),
        fast=translate_verdicts(arms["fast-front"].verdicts),
    )


def translate_verdicts(text: str) -> str:
    """`overfit that looks good 3, generalises 2` in the chosen language."""
    for verdict, told in {
        "overfit that looks good": _("overfit that looks good"),
        "overfit, and it shows": _("overfit, and it shows"),
        "generalises": _("generalises"),
        "holds up, untested elsewhere": _("holds up, untested elsewhere"),
        "never learned": _("never learned"),
        "too little evidence": _("too little evidence"),
    }.items():
        text = text.replace(verdict, told)
    return text
