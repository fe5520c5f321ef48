"""How often an epoch shows each training photo.

Without balance: once. With `balance: oversample`, after the article's Keras recipe, photos of
smaller classes are repeated until every class is shown as often as the largest one.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from core.base.random_streams import generator

Balance = Literal["none", "oversample"]


def epoch_length(labels: Sequence[int], balance: Balance) -> int:
    """How many views an epoch shows of photos with these labels."""
    if balance == "none":
        return len(labels)
    counts = Counter(labels)
    return len(counts) * max(counts.values())


def max_repeats(labels: Sequence[int], balance: Balance) -> list[int]:
    """How often any epoch shows each photo at most."""
    if balance == "none":
        return [1] * len(labels)
    counts = Counter(labels)
    return [math.ceil(max(counts.values()) / counts[label]) for label in labels]


def epoch_repeats(labels: Sequence[int], balance: Balance, seed: int, epoch: int) -> list[int]:
    """How often an epoch (from 1) shows each photo. The photos of a class differ by one at most;
    which of them come once less is drawn anew for each epoch."""
    found = max_repeats(labels, balance)
    if balance == "none":
        return found
    largest = max(Counter(labels).values())
    for label in sorted(set(labels)):
        photos = [i for i, other in enumerate(labels) if other == label]
        too_many = sum(found[i] for i in photos) - largest
        order = generator(seed, "balance", epoch, label).permutation(len(photos))
        for place in order[:too_many]:
            found[photos[place]] -= 1
    return found


def balanced_indices(labels: Sequence[int], balance: Balance) -> list[int]:
    """Photos to draw from, such that every class is as likely as an epoch shows it."""
    if balance == "none":
        return list(range(len(labels)))
    largest = max(Counter(labels).values())
    found = []
    for label in sorted(set(labels)):
        photos = [i for i, other in enumerate(labels) if other == label]
        found += [photos[i % len(photos)] for i in range(largest)]
    return found
