"""The real backbones: how each is built, where its weights come from, its flat list of layers.

Run `python -m core.model.backbones` to write `layers.json` again after a change here.
"""

import hashlib
import json
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from core.base.errors import InputError
from core.base.language import N_
from core.model.pretrained_weights import find_weights
from core.recipe.layer_table import BACKBONES, LAYER_TABLE_FILE, TimmModel, timm_model


def build_backbone(
    name: str, map_stride: int, weights: str, image_size: int = 224
) -> tuple[list[nn.Module], str]:
    """A backbone's flat list of layers and the name of its weights.

    weights: `imagenet` (of a timm model: its own pretrained ones), `none` (random, from torch's
    current seed) or a path to a .safetensors or .pth file with the whole network's state dict.
    The name is `none` or the SHA-256 of the file's tensors, so that a run can say which frozen
    weights it used without copying them.
    Raises InputError when the weights are missing or are of another network."""
    path = find_weights(name, weights)
    model = timm_model(name)
    if model is not None:
        packaged = weights == "imagenet" and bool(model.package)
        return _build_timm(model, image_size, path, packaged)
    network, flat = _BUILDERS[name](map_stride)
    if path is None:
        return flat, "none"
    state = _read_state(path)
    if BACKBONES[name].package and weights == "imagenet":
        # The package's file names its tensors differently; both list them in the same order.
        state = _pair_in_order(state, network.state_dict(), path)
    return flat, _tensor_hash(_load_strict(network, state, path))


def _build_timm(
    model: TimmModel, image_size: int, path: Path | None, packaged: bool
) -> tuple[list[nn.Module], str]:
    from core.model.timm_backbones import build_timm, flat_list, native_state

    network = build_timm(model, image_size)
    base = "none"
    if path is not None:
        state = _read_state(path)
        if packaged and "conv_stem.weight" not in state:
            kept = network.state_dict()  # the package's file ends with the classifier
            state = dict(list(state.items())[: len(kept)])
            state = _pair_in_order(state, kept, path)
        state = native_state(network, state)
        base = _tensor_hash(_load_strict(network, state, path))
    flat = flat_list(network, [str(row["name"]) for row in model.rows])
    if not model.folds:
        for module in nn.ModuleList(flat).modules():
            module.keeps_norms = True  # type: ignore[assignment]
    return flat, base


def check_weights(name: str, path: Path) -> None:
    """Raises InputError when a file does not hold a backbone's weights."""
    network, _ = _BUILDERS[name](BACKBONES[name].map_stride)
    _load_strict(network, _read_state(path), path)


# --- how each is built ------------------------------------------------------------------------

_BuiltBackbone = tuple[nn.Module, list[nn.Module]]  # whose tensors a file must hold; the flat list


def _lite0(map_stride: int) -> _BuiltBackbone:
    import timm

    network = timm.create_model("tf_efficientnet_lite0", pretrained=False, output_stride=map_stride)
    blocks = [block for stage in network.blocks for block in stage]  # type: ignore[union-attr]
    parts = [network.conv_stem, network.bn1, *blocks, network.conv_head, network.bn2]
    return network, parts


def _vgg16(batch_norm: bool, map_stride: int) -> _BuiltBackbone:
    from torchvision.models.vgg import cfgs, make_layers

    # Only the features: the classifier's 120 million weights are neither needed nor loaded.
    features = make_layers(cfgs["D"], batch_norm=batch_norm)
    for layer in features:
        if isinstance(layer, nn.Conv2d):  # as torchvision initialises a VGG
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    flat = list(features)
    if map_stride == 16:
        # Without the last MaxPool the map has 16 pixels a cell. Of the one with batch norm the
        # article drops the last ReLU too: its backbone ends on a batch norm.
        flat = flat[: 42 if batch_norm else 30]
    return nn.ModuleDict({"features": features}), flat


def _resnet(name: str, map_stride: int) -> _BuiltBackbone:
    from torchvision import models

    network = getattr(models, name)(weights=None)
    network.fc = nn.Identity()
    if map_stride == 16:
        _keep_resolution(network.layer4)
    stages = (network.layer1, network.layer2, network.layer3, network.layer4)
    blocks = [block for stage in stages for block in stage]
    return network, [network.conv1, network.bn1, network.relu, network.maxpool, *blocks]


def _mobilenet_v3_large(map_stride: int) -> _BuiltBackbone:
    from torchvision.models import mobilenet_v3_large

    features = mobilenet_v3_large(weights=None).features
    if map_stride == 16:
        _keep_resolution(features[13:16])
    return nn.ModuleDict({"features": features}), list(features)


def _keep_resolution(stage: nn.Module) -> None:
    """Stops a stage from halving its input: what stepped by 2 steps by 1, and the convolutions
    after it look 2 cells apart. At every second cell they see what they saw before (the "atrous"
    convolutions of Chen et al. 2015, DeepLab), so pretrained weights go on fitting."""
    for conv in stage.modules():
        if isinstance(conv, nn.Conv2d):
            if conv.stride == (2, 2):
                conv.stride = (1, 1)
            elif conv.kernel_size != (1, 1):
                conv.dilation = (2, 2)
                conv.padding = (conv.kernel_size[0] - 1, conv.kernel_size[1] - 1)


_BUILDERS: dict[str, Callable[[int], _BuiltBackbone]] = {
    "efficientnet_lite0": _lite0,
    "vgg16_bn": partial(_vgg16, True),
    "vgg16": partial(_vgg16, False),
    "resnet18": partial(_resnet, "resnet18"),
    "resnet34": partial(_resnet, "resnet34"),
    "mobilenet_v3_large": _mobilenet_v3_large,
}


# --- files of weights -------------------------------------------------------------------------


_FLOAT_DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def _read_state(path: Path) -> dict[str, Tensor]:
    """A state dict from a file, never running code that the file may carry."""
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about kinds of tensors that are refused later
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).strip().splitlines()[0][:120] if str(error).strip() else "damaged"
        raise _weights_error(path, N_("not a weights file ({reason})", reason=reason)) from None
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise _weights_error(path, N_("contains no state dict (a mapping from names to tensors)"))
    return state


def _weights_error(path: Path, why: str) -> InputError:
    return InputError(f"weights: {path}: {why}")


def _pair_in_order(
    state: dict[str, Tensor], wanted: dict[str, Tensor], path: Path
) -> dict[str, Tensor]:
    if [tuple(v.shape) for v in state.values()] != [tuple(v.shape) for v in wanted.values()]:
        raise _weights_error(path, N_("tensors do not match the backbone"))
    return dict(zip(wanted, state.values(), strict=True))


def _load_strict(network: nn.Module, state: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Loads the tensors the network has, each of which the file must hold; returns those."""
    used = {}
    for name, tensor in network.state_dict().items():
        if name not in state and name.endswith(".num_batches_tracked"):
            continue  # files from before PyTorch 0.4.1 lack this counter, which nothing here reads
        if name not in state:
            why = N_("tensor {name} is missing; the file may be for another network").format(
                name=name
            )
            raise _weights_error(path, why)
        if state[name].shape != tensor.shape:
            why = N_("{name} has shape {shape}, not {wanted}; the file may be for another network")
            raise _weights_error(
                path,
                why.format(name=name, shape=tuple(state[name].shape), wanted=tuple(tensor.shape)),
            )
        kind, layout = state[name].dtype, state[name].layout
        if layout != torch.strided or (tensor.is_floating_point() and kind not in _FLOAT_DTYPES):
            why = N_("{name} has an unsupported type ({kind}, {layout}); save it as float32")
            raise _weights_error(path, why.format(name=name, kind=kind, layout=layout))
        if not torch.isfinite(state[name]).all():
            raise _weights_error(path, N_("{name} contains non-finite values", name=name))
        used[name] = state[name]
    network.load_state_dict(used)
    return used


def _tensor_hash(state: dict[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for tensor in state.values():
        digest.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


# --- the table of layers ----------------------------------------------------------------------


def _describe(name: str, map_stride: int) -> Iterable[dict[str, str | int]]:
    """Rows of `layers.json`: name, kind, output channels, pixels per cell, weights."""
    network, flat = _BUILDERS[name](map_stride)
    names = {id(module): path for path, module in network.named_modules()}
    x = torch.zeros(1, 3, 224, 224)
    for layer in flat:
        x = layer.eval()(x)
        yield {
            "name": names[id(layer)],
            "kind": type(layer).__name__,
            "channels": x.shape[1],
            "stride": 224 // x.shape[2],
            "params": sum(weight.numel() for weight in layer.parameters()),
        }


@torch.no_grad()
def generate_tables() -> str:
    """The text of `layers.json`, made from the real networks."""
    with torch.device("meta"):  # shapes without numbers
        tables = {
            f"{name}/{stride}": list(_describe(name, stride))
            for name in _BUILDERS
            for stride in (16, 32)
        }
    lines = []
    for key, rows in tables.items():
        body = ",\n  ".join(json.dumps(row) for row in rows)
        lines.append(f'"{key}": [\n  {body}\n]')
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    LAYER_TABLE_FILE.write_text(generate_tables(), "utf-8")
    print(f"wrote {LAYER_TABLE_FILE}")
