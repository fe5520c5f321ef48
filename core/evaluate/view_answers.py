"""Answers to views of photos, by photo: the share of right ones, and a bounded loss."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

_MEANS = {"primary": "first", "right": "mean", "loss": "mean"}  # of a photo's answers
MAX_LOSS = -math.log(0.01)  # of one answer, so that one photo does not decide


def answers_by_photo(frame: pd.DataFrame) -> pd.DataFrame:
    """By family and file: primary, the share of right answers, and the mean bounded loss. frame:
    as shifted.csv (core.evaluate.shifted)."""
    columns = frame.columns.get_indexer_for([f"p_{name}" for name in frame["primary"]])
    given = frame.to_numpy()[np.arange(len(frame)), columns].astype(np.float64)
    table = frame[["family", "file", "primary"]].assign(
        right=(frame["predicted"] == frame["primary"]).astype(float),
        loss=np.minimum(-np.log(np.maximum(given, 1e-30)), MAX_LOSS),
    )
    return table.groupby(["family", "file"], sort=False).agg(_MEANS)


def mean_over_families(photos: pd.DataFrame, families: Sequence[str]) -> pd.DataFrame:
    """Each photo's mean over some families. photos: as `answers_by_photo` gives them."""
    return photos.loc[list(families)].groupby("file", sort=False).agg(_MEANS)
