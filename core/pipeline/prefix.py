"""The frozen prefix: layers before the first one that trains, computed once instead of each epoch.

Frozen layers in inference mode give the same features for the same view every time, so a view needs
to pass them once. Batch norms are folded into the convolutions before them, and the layers run in
the format and memory layout that are fastest on the machine (core.pipeline.precision).
"""

import copy
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.model.network import Network
from core.pipeline.precision import ComputeSettings

# Views pass the prefix in batches of this size and fixed composition, whether or not their
# features are kept: another composition could change the last bits.
PREFIX_BATCH = 8


class FrozenPrefix:
    """The first `length` layers of a network, ready for inference. Length 0 passes photos on."""

    def __init__(self, network: Network, length: int, settings: ComputeSettings) -> None:
        self.length, self.settings = length, settings
        layers = nn.Sequential(*copy.deepcopy(list(network.layers)[:length])).eval()
        fold_batch_norms(layers)
        replace_max_pools(layers)
        layers.requires_grad_(False)
        self.layers = layers.to(
            device=settings.device,
            dtype=settings.prefix_dtype,
            memory_format=torch.channels_last,  # type: ignore[call-overload]
        )

    @torch.no_grad()
    def __call__(self, photos: Tensor) -> Tensor:
        """Features of normalised photos (photos, 3, side, side), on the CPU, in the prefix's
        format: (photos, channels, rows, columns)."""
        if self.length == 0:
            return photos
        device, dtype = self.settings.device, self.settings.prefix_dtype
        found = []
        for batch in torch.split(photos, PREFIX_BATCH):
            x = batch.to(device, dtype, memory_format=torch.channels_last)
            found.append(self.layers(x).cpu().contiguous())
        return torch.cat(found)


def fold_batch_norms(module: nn.Module) -> None:
    """Folds each batch norm into the convolution right before it, in place, in inference mode.

    timm's batch norms carry their activation: it stays where the batch norm was. Only for modules
    that list each batch norm right after the convolution whose output it takes, as those of the
    backbones here do (a residual block too, whatever else it does with its parts). The models of
    timm that do not are marked `keeps_norms` (core.model.backbones)."""
    if getattr(module, "keeps_norms", False):
        return
    children = list(module.named_children())
    for (conv_name, conv), (norm_name, norm) in pairwise(children):
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            setattr(module, conv_name, fuse_conv_bn_eval(conv, norm))
            setattr(module, norm_name, getattr(norm, "act", nn.Identity()))
    for child in module.children():
        fold_batch_norms(child)


def replace_max_pools(module: nn.Module) -> None:
    """Puts HalvingMaxPool, which finds the same values, in the place of max pools of 2x2."""
    for name, child in module.named_children():
        if isinstance(child, nn.MaxPool2d) and _halves(child):
            setattr(module, name, HalvingMaxPool())
        else:
            replace_max_pools(child)


class HalvingMaxPool(nn.Module):
    """The larger of each 2x2 values: what `nn.MaxPool2d(2)` gives, ten times faster on a CPU, where
    that took a quarter of a VGG's time. x: (photos, channels, rows, columns), both even or cut."""

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = x.shape[-2] // 2 * 2, x.shape[-1] // 2 * 2
        upper, lower = x[..., 0:rows:2, :columns], x[..., 1:rows:2, :columns]
        taller = torch.maximum(upper, lower)
        return torch.maximum(taller[..., 0::2], taller[..., 1::2])


def _halves(pool: nn.MaxPool2d) -> bool:
    plain = (pool.padding, pool.dilation, pool.ceil_mode, pool.return_indices)
    sizes = (pool.kernel_size, pool.stride)
    return plain == (0, 1, False, False) and sizes in ((2, 2), ((2, 2), (2, 2)))
