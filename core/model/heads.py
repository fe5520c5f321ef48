"""The head: from the backbone's features to log-probabilities and one map per class.

Two kinds, after the article's two recipes; the flat list counts their layers like the backbone's.
What is behind a class map depends on the head, and is known here alone:

- class_map (fast.ai): the output of its convolution (Zhou et al. 2016).
- dense (Keras): Grad-CAM (Selvaraju et al. 2017) at the features that enter the head.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.recipe.schema import ClassMapHead, DenseHead

CLASS_MAP_OFFSET = 1  # the class-map convolution's place in its head
HIDDEN_OFFSET, RELU_OFFSET, LOGITS_OFFSET = 2, 3, 4  # the same in the dense head


def head_layers(head: ClassMapHead | DenseHead, channels: int, classes: int) -> list[nn.Module]:
    """The recipe's head on so many feature channels, initialised as PyTorch does by default."""
    if isinstance(head, DenseHead):
        return [
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(channels, head.width),
            nn.ReLU(),
            nn.Linear(head.width, classes),
            nn.LogSoftmax(dim=1),
        ]
    # The third was written Dropout2d in the article's code and so drops whole class maps; the last
    # dropout was too, but on (photos, classes) logits that acts elementwise: a plain Dropout today.
    return [
        nn.Dropout2d(head.dropout.features),
        nn.Conv2d(channels, classes, kernel_size=3, padding=1),
        nn.Dropout2d(head.dropout.class_map),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(head.dropout.logits),
        nn.LogSoftmax(dim=1),
    ]


@dataclass(frozen=True, eq=False)
class HeadOutput:
    """What a head made of features. layers: the head's. steps: what entered each of them and, last,
    what the last one gave, float32 from the first layer's output on."""

    layers: Sequence[nn.Module]
    activations: Sequence[Tensor]

    @property
    def log_probs(self) -> Tensor:
        """(photos, classes), float32."""
        return self.activations[-1]

    @property
    def maps(self) -> Tensor:
        """Raw class maps (photos, classes, rows, columns), float32. Made of what the forward pass
        left, when they are asked for: training does without."""
        if is_class_map_head(self.layers):
            return self.activations[CLASS_MAP_OFFSET + 1]
        hidden, logits = self.layers[HIDDEN_OFFSET], self.layers[LOGITS_OFFSET]
        assert isinstance(hidden, nn.Linear) and isinstance(logits, nn.Linear)
        return grad_cam(
            self.activations[0], self.activations[RELU_OFFSET + 1] > 0, hidden.weight, logits.weight
        )


def is_class_map_head(head: Sequence[nn.Module]) -> bool:
    """Whether a head's layers are those of the class-map head."""
    return isinstance(head[CLASS_MAP_OFFSET], nn.Conv2d)


def forward_head(layers: Sequence[nn.Module], features: Tensor) -> HeadOutput:
    """Features (photos, channels, rows, columns) through a head's layers. Where these multiply in
    bfloat16, what they give is float32 all the same: rounded logarithms would be probabilities that
    do not add up."""
    steps = [features]
    for layer in layers:
        steps.append(layer(steps[-1]).float())
    return HeadOutput(layers, steps)


@torch.no_grad()
def grad_cam(features: Tensor, active: Tensor, hidden: Tensor, logits: Tensor) -> Tensor:
    """Grad-CAM of every class behind the dense head, before its ReLU and times the number of cells:
    (photos, classes, rows, columns).

    features: (photos, channels, rows, columns). active: which hidden units fired, (photos, width).
    hidden, logits: weights of the two layers, (width, channels) and (classes, width).

    Grad-CAM weighs channel k by the mean gradient of the class's logit over the channel's cells.
    The features reach the head as averages, so that gradient is the same in every cell: 1 / cells
    times the sum over active units j of logits[c, j] hidden[j, k]. It needs no backward pass and
    comes for all photos and classes at once. Times the cells, a map's mean is the class's logit but
    for what the biases give, and the maps are on the scale of the class-map head's."""
    weights = (logits.float() * active[:, None, :]) @ hidden.float()
    return torch.einsum("nck,nkyx->ncyx", weights, features.float())
