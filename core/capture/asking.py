"""Which photo a session asks for next: a class and a circumstance.

The rule is a pure function of the session so far and its seed. It spreads classes and
circumstances; once both runs have answered ten photos, those on which they disagreed come more
often, at most twice as often as the others. A set made this way is no random sample.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

import numpy as np

from core.base.language import N_, _, translate
from core.data.dataset_names import BACKGROUND

CIRCUMSTANCES: dict[str, str] = {
    "surface": N_("on another surface"),
    "room": N_("in another room"),
    "light": N_("in different light"),
    "far": N_("from far away"),
    "close": N_("from very close"),
    "turned": N_("rotated or upside down"),
    "covered": N_("partly covered"),
    "among": N_("among other things"),
    "two": N_("next to another object, this one in front"),
    "copy": N_("a different one of the same kind"),
}
# "None of these" has nothing that could be covered, turned or there twice.
BACKGROUND_CIRCUMSTANCES = ("surface", "room", "light", "far", "close", "among")
MIN_ANSWERED = 10  # photos that both runs answered, before disagreement counts
# How much more often a class or circumstance may come for it. With 3, over 5% of 400 pairs
# that were equal in the mean over classes alone were called different.
MAX_BOOST = 2.0
Pair = tuple[str, str]  # a class and a circumstance, "" for any


@dataclass(frozen=True)
class Request:
    """A photo that is asked for. circumstance: a key of CIRCUMSTANCES, "" for any. id: its name in
    the session's log, "" before it is there."""

    label: str
    circumstance: str = ""
    id: str = ""


class Taken(NamedTuple):
    """A photo so far, as the rule sees it. disagreed: whether exactly one of two runs answered
    right; None before both have answered."""

    label: str
    circumstance: str
    disagreed: bool | None = None


def next_request(
    taken: Sequence[Taken],
    passed: Sequence[Pair],
    lacking: Collection[Pair],
    classes: Sequence[str],
    seed: int,
    phone: str = "",
) -> Request | None:
    """What to ask this phone for next; None where the person has nothing of any class. passed: what
    others have just been asked for, and what this person passed over. lacking: what this person
    does not have, with "" for the whole class."""
    labels, keys_asked, disagreed = zip(*taken) if taken else ((), (), ())
    wanted = [name for name in classes if (name, "") not in lacking]
    if not wanted:
        return None
    pairs = [*zip(labels, keys_asked), *passed]
    random = np.random.default_rng([seed, len(pairs), *phone.encode()])
    used = Counter([*labels, *(name for name, _ in passed)])
    label = _least_used(_weights(labels, disagreed, wanted), used, random)
    keys = BACKGROUND_CIRCUMSTANCES if label == BACKGROUND else tuple(CIRCUMSTANCES)
    own = Counter([key for name, key in pairs if name == label])
    possible = [key for key in keys if (label, key) not in lacking]
    fewest = min(own[key] for key in possible)
    fresh = [key for key in possible if own[key] == fewest]
    used = Counter([*keys_asked, *(key for _, key in passed)])
    return Request(label, _least_used(_weights(keys_asked, disagreed, fresh), used, random))


def class_text(label: str) -> str:
    """The class as it is asked for."""
    return _("none of these") if label == BACKGROUND else label


def request_text(request: Request) -> str:
    """`lantern, partly covered`."""
    words = translate(CIRCUMSTANCES.get(request.circumstance, ""))
    return class_text(request.label) + (_(", ") + words if words else "")


def _weights(
    seen: Sequence[str], disagreed: Sequence[bool | None], names: Sequence[str]
) -> dict[str, float]:
    """How often each name comes beside the others, 1..MAX_BOOST: by its share of disagreement,
    drawn towards that of all photos where it has few."""
    known = [each is not None for each in disagreed]
    if sum(known) < MIN_ANSWERED:
        return dict.fromkeys(names, 1.0)
    shown, differ = Counter(compress(seen, known)), Counter(compress(seen, disagreed))
    prior = 2 * differ.total() / sum(known)
    return {n: 1 + (MAX_BOOST - 1) * (differ[n] + prior) / (shown[n] + 2) for n in names}


def _least_used(weights: dict[str, float], used: Counter[str], random: np.random.Generator) -> str:
    """Highest averages, as seats are given to parties (Sainte-Laguë); ties by chance."""
    order = [list(weights)[i] for i in random.permutation(len(weights))]
    return min(order, key=lambda name: (used[name] + 0.5) / weights[name])
