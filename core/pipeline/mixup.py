"""Mixup: each training view is blended with a view of another photo, and so is its label.

Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization": lambda ~ Beta(alpha, alpha). Partner
and lambda depend on (seed, view, photo) alone, and photos are mixed before the network sees them:
a pool of views holds mixed pairs, and their features can be computed once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.base.random_streams import generator


@dataclass(frozen=True)
class MixupParams:
    """A view keeps `share` (0.5..1) of its own photo and takes the rest from `partner`'s."""

    partner: int
    share: float


def sample_mixup(
    alpha: float, seed: int, view: int, file: str, partners: Sequence[int]
) -> MixupParams | None:
    """What a photo's view is mixed with: one of the partners; None without mixup.

    The larger part is always the photo's own (lambda and 1 - lambda are exchanged if need be), so
    that an epoch still shows every photo once."""
    if alpha == 0:
        return None
    random = generator(seed, "mixup", view, file)
    share = float(random.beta(alpha, alpha))
    return MixupParams(
        partner=partners[int(random.integers(len(partners)))], share=max(share, 1 - share)
    )
