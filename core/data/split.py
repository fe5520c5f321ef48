"""Which training photos train and which validate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import DataError
from core.recipe import Holdout


def holdout(labels: Sequence[int], split: Holdout) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos, each class split alike.

    Uses scikit-learn's `train_test_split(stratify=labels)`, as the article did but for stratify.
    Raises DataError when the share leaves a side without a photo of each class.
    """
    from sklearn.model_selection import train_test_split

    try:
        train, validation = train_test_split(
            np.arange(len(labels)),
            test_size=split.validation,
            random_state=split.seed,
            stratify=np.asarray(labels),
        )
    except ValueError as error:
        raise DataError(f"split.validation: {split.validation:g} does not fit: {error}") from None
    # In the folder's order: what an epoch sees first is decided by the run's seed alone.
    return sorted(train.tolist()), sorted(validation.tolist())
