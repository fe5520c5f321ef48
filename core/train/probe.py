"""Steps that train without gradients: the linear probe's head, and WiSE-FT's average of weights.

Linear probe: multinomial logistic regression on the frozen backbone's averaged features, the same
as the control `frozen` (core.evaluate.controls). Followed by fine-tuning it is LP-FT (Kumar et al.
2022, arXiv 2202.10054). WiSE-FT (Wortsman et al. 2022, arXiv 2109.01903) ends with the weights
between those of the first stage and those of the last."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import nll_loss

from core.base.errors import RunError
from core.base.language import N_
from core.evaluate.controls import LinearHead
from core.model.heads import CLASS_MAP_OFFSET
from core.model.network import Network
from core.pipeline.predict import PhotoSet, backbone_features, predict
from core.recipe.schema import Recipe


@torch.no_grad()
def fit_probe(network: Network, photos: PhotoSet, recipe: Recipe, start_layer: int) -> float:
    """Fits the class-map head to the plain training photos, in place; their mean loss.

    The regression's weights become the middle of the 3x3 kernel, the rest of which is 0: a map's
    mean is then its logit, as it is of the regression itself. Raises RunError where a class has no
    training photo."""
    labels = np.array([network.classes.index(name) for name in photos.primary])
    for number, name in enumerate(network.classes):
        if number not in labels:
            raise RunError(
                N_("no photo of {label} trains, so nothing can be fitted to it").format(label=name)
            )
    # From the pixels on in float32, so that its bits do not depend on which layers a run freezes.
    low_precision, network.low_precision = network.low_precision, False
    whole = replace(photos, features=None)
    features = backbone_features(network, whole, recipe.backbone)
    network.low_precision = low_precision
    weights, bias = LinearHead(features.numpy(), labels).linear()
    conv = network.head[CLASS_MAP_OFFSET]
    assert isinstance(conv, nn.Conv2d) and conv.bias is not None
    conv.weight.zero_()
    conv.weight[:, :, 1, 1] = torch.from_numpy(weights).to(conv.weight)
    conv.bias.copy_(torch.from_numpy(bias))
    found = predict(network, photos, recipe.backbone, start_layer)
    return float(nll_loss(torch.from_numpy(found.log_probs), torch.from_numpy(labels)))


def interpolate_weights(
    start: dict[str, Tensor], end: dict[str, Tensor], alpha: float
) -> dict[str, Tensor]:
    """start + alpha * (end - start), to the bit `start` at 0 and `end` at 1; of whole numbers (the
    batch norms' counters) the nearer one."""
    return {
        name: torch.lerp(tensor, end[name], alpha)
        if tensor.is_floating_point()
        else (tensor if alpha < 0.5 else end[name])
        for name, tensor in start.items()
    }
