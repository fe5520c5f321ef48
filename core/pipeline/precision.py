"""Number formats and memory layouts, from a fixed table per backbone and machine feature.

Nothing is measured at run time: the same recipe on the same machine always resolves to the same
settings, which are recorded with the run, because they decide its bits.
"""

from dataclasses import dataclass
from typing import Literal

import torch

from core.base.cpu import vector_instructions
from core.recipe.layer_table import BACKBONES
from core.recipe.schema import Recipe

NumberFormat = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class ComputeSettings:
    """device: `cpu` or `cuda`. prefix: format of the frozen prefix's weights and features.
    training: format in which the rest multiplies (its weights stay float32)."""

    device: str
    prefix: NumberFormat
    training: NumberFormat

    @property
    def prefix_dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.prefix == "bfloat16" else torch.float32


def cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware (x86: AVX-512 BF16 or AMX; ARM: BF16).
    Without it bfloat16 is emulated and slower than float32."""
    return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(vector_instructions())


def resolve_settings(
    recipe: Recipe, fast_bfloat16: bool | None = None, cuda: bool | None = None
) -> ComputeSettings:
    """The settings of a recipe on this machine; tests pass the machine's features."""
    on_gpu = torch.cuda.is_available() if cuda is None else cuda
    if fast_bfloat16 is None:
        fast_bfloat16 = torch.cuda.is_bf16_supported() if on_gpu else cpu_has_bfloat16()
    low = recipe.precision == "bfloat16" or (recipe.precision == "auto" and fast_bfloat16)
    # Training in bfloat16 pays for a VGG's large convolutions (half the time in a
    # trial). On a CPU it takes longer for depthwise ones (Lite0, MobileNet) and for a ResNet's last
    # blocks, whose large weights are converted for every batch (twice as long in a trial).
    low_training = low and (on_gpu or BACKBONES[recipe.backbone].train_bfloat16)
    return ComputeSettings(
        device="cuda" if on_gpu else "cpu",
        prefix="bfloat16" if low else "float32",
        training="bfloat16" if low_training or recipe.precision == "bfloat16" else "float32",
    )
