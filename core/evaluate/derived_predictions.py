"""Predictions of pictures that are made from a set's photos: varied views, blanked photos."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.base.machine import release_memory
from core.model.network import Network
from core.pipeline.predict import PhotoSet, predict
from core.pipeline.prefix import PREFIX_BATCH, FrozenPrefix
from core.pipeline.setup import Setup
from core.pipeline.views import normalise


class DerivedPredictor:
    """Predicts derived pictures with a network whose frozen layers are the setup's.

    With a frozen prefix, its features of the pictures come from the cache, so another run with the
    same prefix neither makes the pictures nor pays for them. Without one, the backbone runs with
    its batch norms folded, in the format that the network trained in: the same answers as
    `predict` up to rounding, in less time."""

    def __init__(self, setup: Setup, network: Network) -> None:
        self.setup, self.network = setup, network

    def probabilities(
        self,
        split: str,
        files: Sequence[str],
        fingerprint: str,
        compute_pixels: Callable[[], Tensor],
    ) -> NDArray[np.float32]:
        """(pictures, classes). files: the pictures' names. compute_pixels: gives the pictures,
        uint8 (pictures, 3, size, size), which must depend on nothing but the names and what the
        fingerprint stands for."""
        empty = ("",) * len(files)
        pictures = PhotoSet(split, tuple(files), empty, ((),) * len(files), torch.empty(0))
        setup, backbone = self.setup, self.setup.recipe.backbone
        if setup.start_layer:
            pictures = setup.features.with_features(pictures, fingerprint, compute_pixels)
            release_memory()  # the pictures' and the prefix's
            return predict(self.network, pictures, backbone, setup.start_layer).probabilities
        found = [
            self._backbone(normalise(batch.float().div_(255), backbone))
            for batch in torch.split(compute_pixels(), PREFIX_BATCH)
        ]
        pictures = replace(pictures, features=torch.cat(found))
        return predict(self.network, pictures, backbone, self.network.head_start).probabilities

    @cached_property
    def _backbone(self) -> FrozenPrefix:
        settings = replace(self.setup.settings, prefix=self.setup.settings.training)
        return FrozenPrefix(self.network, self.network.head_start, settings)
