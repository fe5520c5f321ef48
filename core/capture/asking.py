"""Which photo a session asks for next: a class and a circumstance.

The rule is a pure function of the session so far and its seed. It spreads classes and
circumstances; once both runs have answered ten photos, those on which they disagreed come more
often, at most three times as often as the others. A set made this way is no random sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.base.language import N_, _, translate
from core.data.dataset import BACKGROUND

CIRCUMSTANCES: dict[str, str] = {
    "surface": N_("on another surface"),
    "room": N_("in another room"),
    "light": N_("in other light"),
    "far": N_("from far away"),
    "close": N_("from very close"),
    "turned": N_("turned or upside down"),
    "covered": N_("partly covered"),
    "among": N_("among other things"),
    "two": N_("beside another one, this one in front"),
    "copy": N_("another copy of it"),
}
# "None of these" has nothing that could be covered, turned or there twice.
BACKGROUND_CIRCUMSTANCES = ("surface", "room", "light", "far", "close", "among")
MIN_ANSWERED = 10  # photos that both runs answered, before disagreement counts
MAX_BOOST = 3.0  # how much more often a class or circumstance may come for it


@dataclass(frozen=True)
class Request:
    """A photo that is asked for. circumstance: a key of CIRCUMSTANCES, "" for any. id: its name in
    the session's log, "" before it is there."""

    label: str
    circumstance: str = ""
    id: str = ""


@dataclass(frozen=True)
class Taken:
    """A photo so far, as the rule sees it. disagreed: whether exactly one of two runs answered
    right; None before both have answered."""

    label: str
    circumstance: str
    disagreed: bool | None = None


@dataclass(frozen=True)
class AskingHistory:
    """taken: photos in their order. open: what other phones have been asked for just now. skipped:
    what this person passed over. lacking: what this person does not have: (class, "") for a class,
    (class, circumstance) for that alone."""

    taken: tuple[Taken, ...] = ()
    open: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    lacking: frozenset[tuple[str, str]] = frozenset()


def next_request(
    history: AskingHistory, classes: Sequence[str], seed: int, phone: str = ""
) -> Request | None:
    """What to ask this phone for next. None where the person has nothing of any class."""
    wanted = [name for name in classes if (name, "") not in history.lacking]
    if not wanted:
        return None
    number = len(history.taken) + len(history.open) + len(history.skipped)
    random = np.random.default_rng([seed, number, *phone.encode()])
    pairs = [(each.label, each.circumstance) for each in history.taken] + list(history.open)
    passed = [*pairs, *history.skipped]
    label = _least_used(
        _weights([(each.label, each.disagreed) for each in history.taken], wanted),
        Counter(name for name, _ in passed),
        random,
    )
    keys = BACKGROUND_CIRCUMSTANCES if label == BACKGROUND else tuple(CIRCUMSTANCES)
    possible = [key for key in keys if (label, key) not in history.lacking]
    seen = Counter(key for name, key in passed if name == label)
    fresh = [key for key in possible if seen[key] == min(seen[key] for key in possible)]
    if not fresh:
        return Request(label)
    circumstance = _least_used(
        _weights([(each.circumstance, each.disagreed) for each in history.taken], fresh),
        Counter(key for _, key in pairs),
        random,
    )
    return Request(label, circumstance)


def class_text(label: str) -> str:
    """The class as it is asked for."""
    return _("none of these") if label == BACKGROUND else label


def circumstance_text(circumstance: str) -> str:
    """The circumstance in a few words, "" for any."""
    return translate(CIRCUMSTANCES[circumstance]) if circumstance in CIRCUMSTANCES else ""


def request_text(request: Request) -> str:
    """`lantern, partly covered`."""
    words = [class_text(request.label), circumstance_text(request.circumstance)]
    return _(", ").join(word for word in words if word)


# --- inside ---------------------------------------------------------------------------------------


def _weights(taken: Sequence[tuple[str, bool | None]], names: Sequence[str]) -> dict[str, float]:
    """How often each name comes beside the others, 1..MAX_BOOST: by its share of disagreement,
    drawn towards that of all photos where it has few."""
    known = [(name, disagreed) for name, disagreed in taken if disagreed is not None]
    if len(known) < MIN_ANSWERED:
        return dict.fromkeys(names, 1.0)
    shown = Counter(name for name, _ in known)
    differ = Counter(name for name, disagreed in known if disagreed)
    overall = differ.total() / len(known)
    return {
        name: 1 + (MAX_BOOST - 1) * (differ[name] + 2 * overall) / (shown[name] + 2)
        for name in names
    }


def _least_used(weights: dict[str, float], used: Counter[str], random: np.random.Generator) -> str:
    """Highest averages, as seats are given to parties (Sainte-Laguë); ties by chance."""
    names = list(weights)
    order = [names[i] for i in random.permutation(len(names))]
    return min(order, key=lambda name: (used[name] + 0.5) / weights[name])
