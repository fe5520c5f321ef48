"""The recipe: everything that decides a run, apart from the photos (DESIGN section 3).

A recipe is frozen, checked once when it is read (core.recipe.files), and saved beside what it
produced. An empty recipe is the preset `quick`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from core.base.language import N_
from core.recipe.layer_table import BACKBONES, find_backbone, network_layers


def _between(low: float, high: float) -> AfterValidator:
    def check(value: float) -> float:
        if not low <= value <= high:  # also refuses NaN
            try:
                given = f"{value:g}"
            except OverflowError:
                given = N_("such a large number")
            raise ValueError(
                N_("must be from {low:g} to {high:g}, not {given}", low=low, high=high, given=given)
            )
        return value

    return AfterValidator(check)


Probability = Annotated[float, _between(0, 1)]
DropoutRate = Annotated[float, _between(0, 0.95)]
LearningRate = Annotated[float, _between(0, 10)]


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(N_("must be ordered from low to high, not {pair}", pair=list(pair)))
    return pair


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


# --- head -----------------------------------------------------------------------------------


class ClassMapDropout(_Part):
    """Dropout rates of the class-map head: on the backbone's features (whole channels), on the
    class maps (whole maps) and on the logits (single numbers)."""

    features: DropoutRate = 0.05
    class_map: DropoutRate = 0.1
    logits: DropoutRate = 0.3


class ClassMapHead(_Part):
    """A 3x3 convolution gives one map per class; its mean is the class's logit."""

    kind: Literal["class_map"] = "class_map"
    dropout: ClassMapDropout = ClassMapDropout()


class DenseHead(_Part):
    """Global average pooling, one hidden layer, one output layer (the Keras article's)."""

    kind: Literal["dense"]
    width: Annotated[int, _between(8, 4096)] = 256


# --- what trains, how fast, for how long ------------------------------------------------------


class Band(_Part):
    """Consecutive layers that share one learning rate; 0 freezes them."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    first: Annotated[int, _between(0, 999)] = Field(alias="from")
    lr: LearningRate


class Optimizer(_Part):
    """`momentum` is Adam's first beta too. RMSprop has none unless it is asked for, as in Keras."""

    name: Literal["sgd", "adam", "adamw", "rmsprop"] = "sgd"
    momentum: Annotated[float, _between(0, 0.999)] = 0.9
    weight_decay: Annotated[float, _between(0, 1)] = 0

    @model_validator(mode="before")
    @classmethod
    def _usual_momentum(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("name") == "rmsprop":
            return {"momentum": 0.0, **data}
        return data


class Stage(_Part):
    """One stretch of training with one optimizer.

    Either `epochs` at a constant rate, or `cycles` of a cosine that falls to 0 and restarts:
    `cycle_len` epochs, each cycle `cycle_mult` times as long as the one before. `probe` fits the
    head by logistic regression, `wise_ft` averages weights with those after the first stage
    (core.train.loop): each counts as one epoch, and has no other key than `alpha`, which is the
    share of the fine-tuned weights."""

    train: Literal["head", "bands", "probe", "wise_ft"]
    epochs: Annotated[int, _between(1, 1000)] | None = None
    cycles: Annotated[int, _between(1, 20)] | None = None
    cycle_len: Annotated[int, _between(1, 500)] | None = None
    cycle_mult: Annotated[int, _between(1, 4)] | None = None
    lr: LearningRate | None = None
    optimizer: Optimizer | None = None
    keep: Literal["last", "best"] = "last"
    warmup: Literal["none", "fastai"] = "none"
    alpha: Probability | None = None

    @property
    def by_gradients(self) -> bool:
        """Whether an optimizer trains in it."""
        return self.train in ("head", "bands")

    @model_validator(mode="after")
    def _one_length(self) -> Stage:
        if self.alpha is not None and self.train != "wise_ft":
            raise ValueError(N_("alpha can only be used with train: wise_ft"))
        if not self.by_gradients:
            if self != Stage.model_construct(train=self.train, alpha=self.alpha):
                raise ValueError(N_("train: {kind} takes no epochs or rates", kind=self.train))
            return self
        if (self.epochs is None) == (self.cycles is None):
            raise ValueError(N_("requires either epochs or cycles (with cycle_len)"))
        if self.cycles is None and (self.cycle_len or self.cycle_mult):
            raise ValueError(
                N_("cycle_len and cycle_mult can only be used with cycles, not with epochs")
            )
        if self.cycles is not None and self.cycle_len is None:
            raise ValueError(
                N_("cycles requires cycle_len, the number of epochs in the first cycle")
            )
        if sum(self.cycle_lengths()) > 5000:
            raise ValueError(N_("plans more than 5000 epochs"))
        return self

    def cycle_lengths(self) -> tuple[int, ...]:
        """Epochs of each cycle; a stage at a constant rate counts as one cycle."""
        if not self.by_gradients:
            return (1,)
        if self.cycles is None:
            return (self.epochs or 0,)
        return tuple(
            (self.cycle_len or 1) * (self.cycle_mult or 1) ** i for i in range(self.cycles)
        )

    @model_serializer(mode="wrap")
    def _without_nulls(self, handler: Callable[[Stage], dict[str, Any]]) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


# --- what the network sees --------------------------------------------------------------------


_Scale = Annotated[float, _between(0.5, 4)]
_Aspect = Annotated[float, _between(0.1, 10)]
ScaleRange = Annotated[tuple[_Scale, _Scale], Field(strict=False), AfterValidator(_ordered)]
AspectRange = Annotated[tuple[_Aspect, _Aspect], Field(strict=False), AfterValidator(_ordered)]
ShareRange = Annotated[
    tuple[Probability, Probability], Field(strict=False), AfterValidator(_ordered)
]


class Zoom(_Part):
    """How many times as large the photo gets; below 1 its mirror image fills the view."""

    range: ScaleRange = (1.0, 1.5)
    p: Probability = 0.75


class Rotate(_Part):
    degrees: Annotated[float, _between(0, 180)] = 10
    p: Probability = 0.75


class Cutout(_Part):
    holes: Annotated[int, _between(1, 20)] = 3
    length: Annotated[int, _between(1, 512)] = 40
    p: Probability = 1.0


class Erase(_Part):
    """A rectangle filled with noise: its area as a share of the view, and height to width."""

    p: Probability = 0.5
    area: ShareRange = (0.02, 0.4)
    aspect: AspectRange = (0.3, 1 / 0.3)


def _odd(size: int) -> int:
    if size % 2 == 0:
        raise ValueError(N_("must be odd, not {size}", size=size))
    return size


class Blur(_Part):
    size: Annotated[int, _between(3, 31), AfterValidator(_odd)] = 9
    p: Probability = 0.5


class Augment(_Part):
    """Random changes of a training photo, applied in this order; null switches one off."""

    zoom: Zoom | None = Zoom()
    rotate: Rotate | None = Rotate()
    lighting: Annotated[float, _between(0, 0.9)] | None = 0.05
    flip: Literal["none", "horizontal", "both"] = "horizontal"
    cutout: Cutout | None = Cutout()
    erase: Erase | None = None
    blur: Blur | None = Blur()
    mixup: Annotated[float, _between(0, 5)] = 0
    trivial: bool = False

    @staticmethod
    def disabled() -> Augment:
        """No augmentation at all."""
        return Augment(zoom=None, rotate=None, lighting=None, flip="none", cutout=None, blur=None)


# --- which photos validate ----------------------------------------------------------------------


class Holdout(_Part):
    method: Literal["holdout"] = "holdout"
    validation: Annotated[float, _between(0.05, 0.9)] = 0.2
    seed: Annotated[int, _between(0, 2**32 - 1)] = 42


class _Folds(_Part):
    method: str  # first in files, too
    folds: Annotated[int, _between(2, 20)] = 5
    fold: int = 0
    seed: Annotated[int, _between(0, 2**32 - 1)] = 42

    @field_validator("fold")
    @classmethod
    def _one_of_the_folds(cls, fold: int, info: ValidationInfo) -> int:
        if "folds" in info.data:  # otherwise the error is told there
            last = info.data["folds"] - 1
            if not 0 <= fold <= last:
                told = N_("must be from 0 to {last} (there are {count}), not {fold}")
                raise ValueError(told.format(last=last, count=last + 1, fold=fold))
        return fold


class KFold(_Folds):
    method: Literal["kfold"]


class GroupSplit(_Folds):
    """Folds that keep each shoot on one side: photos that a column of train.csv says are of one, or
    without a column those taken within an hour of each other, and near-copies."""

    method: Literal["group"]
    column: str | None = None


class CsvSplit(_Part):
    """A column of train.csv: `train` and `validation`, or numbers of folds, one of which
    validates."""

    method: Literal["csv"]
    column: str = "split"
    fold: Annotated[int, _between(0, 999)] | None = None


# --- the recipe ---------------------------------------------------------------------------------


# Beside a path's signs, what is not seen and steers a terminal or turns the text after it around.
_NOT_IN_NAMES = re.compile("[/\\\\\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def check_name(name: str) -> str:
    """The name of a run. Raises ValueError when it cannot be one."""
    if not name.strip() or len(name) > 80 or _NOT_IN_NAMES.search(name):
        raise ValueError(N_("must be 1 to 80 characters, without /, \\ or line breaks"))
    return name


def _absolute_weights_path(weights: str) -> str:
    """A file's path from the root, so that it means the same to every process."""
    return weights if weights in ("imagenet", "none") else str(Path(weights).absolute())


def _known_backbone(name: str) -> str:
    find_backbone(name)
    return name


class Recipe(_Part):
    """Everything that decides a run, apart from the photos. `Recipe()` is the preset `quick`."""

    name: Annotated[str, AfterValidator(check_name)] = "quick"
    backbone: Annotated[str, AfterValidator(_known_backbone)] = "efficientnet_lite0"
    weights: Annotated[str, AfterValidator(_absolute_weights_path)] = "imagenet"
    image_size: Annotated[int, _between(32, 1024)] = 224
    map_stride: Annotated[int, _between(1, 256)] = 32
    crop: Literal["squash", "centre"] = "squash"
    head: Annotated[ClassMapHead | DenseHead, Field(discriminator="kind")] = ClassMapHead()
    bands: Annotated[tuple[Band, ...], Field(strict=False, min_length=1, max_length=40)] = ()
    layer_decay: Annotated[float, _between(0.05, 1)] | None = None
    frozen_bn: Literal["eval", "train"] = "eval"
    stages: Annotated[tuple[Stage, ...], Field(strict=False, min_length=1, max_length=20)] = (
        Stage(train="head", epochs=5),
        Stage(train="bands", cycles=2, cycle_len=9, cycle_mult=2),
    )
    optimizer: Optimizer = Optimizer()
    augment: Augment = Augment()
    label_smoothing: Annotated[float, _between(0, 0.5)] = 0
    balance: Literal["none", "oversample"] = "none"
    batch_size: Annotated[int, _between(2, 512)] = 16
    split: Annotated[Holdout | KFold | GroupSplit | CsvSplit, Field(discriminator="method")] = (
        Holdout()
    )
    views_per_photo: Annotated[int, _between(1, 64)] | None = 8
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: Annotated[int, _between(0, 2**32 - 1)] = 0

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Image size, map stride and bands default to the backbone's; bands may be written
        {from: lr}."""
        if not isinstance(data, dict):
            return data
        data = dict(data)
        backbone = data.get("backbone", "efficientnet_lite0")
        if isinstance(backbone, str):
            with suppress(ValueError):  # told of the key `backbone`
                facts = find_backbone(backbone)
                data.setdefault("image_size", facts.image_size)
                data.setdefault("map_stride", facts.map_stride)
                data.setdefault("bands", dict(facts.bands))
        if isinstance(data.get("bands"), dict):
            data["bands"] = [{"from": first, "lr": lr} for first, lr in data["bands"].items()]
        return data

    @model_validator(mode="after")
    def _stride_fits(self) -> Recipe:
        strides = BACKBONES[self.backbone].map_strides
        if self.map_stride not in strides:
            told = N_("map_stride: must be {strides}, not {given}")
            raise ValueError(
                told.format(strides=" or ".join(map(str, strides)), given=self.map_stride)
            )
        return self

    @model_validator(mode="after")
    def _bands_fit(self) -> Recipe:
        firsts = [band.first for band in self.bands]
        if firsts[0] != 0:
            raise ValueError(
                N_(
                    "bands.0.from: must be 0, not {first}; the bands must cover every layer",
                    first=firsts[0],
                )
            )
        for i in range(1, len(firsts)):
            if firsts[i] <= firsts[i - 1]:
                told = N_(
                    "bands.{i}.from: must be greater than {before}, the start of the previous band"
                )
                raise ValueError(told.format(i=i, before=firsts[i - 1]))
        last = len(network_layers(self)) - 1
        if firsts[-1] > last:
            told = N_(
                "bands.{band}.from: must be from 0 to {last}, the last layer of "
                "{backbone} with this head, not {first}"
            )
            raise ValueError(
                told.format(
                    band=len(firsts) - 1, last=last, backbone=self.backbone, first=firsts[-1]
                )
            )
        return self

    @model_validator(mode="after")
    def _probe_and_average_fit(self) -> Recipe:
        kinds = [stage.train for stage in self.stages]
        if "probe" in kinds and self.head.kind != "class_map":
            raise ValueError(N_("stages: train: probe requires the class-map head (head.kind)"))
        if kinds[0] == "wise_ft":
            raise ValueError(
                N_("stages.0.train: wise_ft needs an earlier stage to average weights with")
            )
        return self

    def planned_epochs(self) -> int:
        """Epochs of all stages together."""
        return sum(sum(stage.cycle_lengths()) for stage in self.stages)


def part_keys() -> set[str]:
    """Every key of every part of a recipe."""
    fields = (each for part in _all_parts(_Part) for each in part.model_fields.items())
    return {field.alias or name for name, field in fields}


def _all_parts(base: type[_Part]) -> Iterator[type[_Part]]:
    for part in base.__subclasses__():
        yield part
        yield from _all_parts(part)


def part_dict(part: BaseModel) -> dict[str, Any]:
    """A part of a recipe as plain data."""
    return part.model_dump(mode="json", by_alias=True)
