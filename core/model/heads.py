"""The head: from the backbone's features to one map per class and from there to log-probabilities.

After the article's fast.ai recipe; the flat list counts its seven layers like the backbone's.
"""

from __future__ import annotations

from torch import nn

from core.recipe import ClassMapHead


def class_map_head(head: ClassMapHead, channels: int, classes: int) -> list[nn.Module]:
    """The seven layers of the class-map head, initialised as PyTorch does by default.

    The third was written Dropout2d in the article's code and so drops whole class maps; the
    last dropout was too, but on (photos, classes) logits that acts elementwise, so it is a plain
    Dropout today.
    """
    return [
        nn.Dropout2d(head.dropout.features),
        nn.Conv2d(channels, classes, kernel_size=3, padding=1),
        nn.Dropout2d(head.dropout.class_map),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(head.dropout.logits),
        nn.LogSoftmax(dim=1),
    ]
