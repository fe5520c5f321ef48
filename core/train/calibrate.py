"""Times the pieces of a training on this machine, in a second or two, for core.train.estimate.

Layers are timed one by one on random weights: what a layer costs does not depend on what it has
learned. Each time is the least of a few passes, since whatever else the machine does meanwhile can
only add to it.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from core.base import files
from core.base.cpu import cpu_load
from core.base.machine import configure_malloc, configure_threads
from core.data.photos import read_view
from core.model.network import Network, build_network
from core.pipeline.augment import augmented_views, build_pyramid, smallest_side, working_side
from core.pipeline.precision import ComputeSettings, resolve_settings
from core.pipeline.prefix import PREFIX_BATCH, FrozenPrefix
from core.pipeline.views import normalise
from core.recipe.bands import BandRange, parameter_groups
from core.recipe.schema import Augment, Blur, Cutout, Erase, Recipe, Rotate, Zoom
from core.train.speed import (
    MAX_BUSY_SHARE,
    Speed,
    calibration_lock,
    is_unreliable,
    read_speed,
    write_speed,
)

Clock = Callable[[], float]
CancelCheck = Callable[[], None]
CLASSES = ("a", "b", "c", "d", "e", "f")
PASS_SECONDS = 0.25  # a pass through the layers should not take longer: fewer photos at a time then
TRAIN_BATCH_SIZE = 4  # photos at a time in training: more would be a run's peak of memory
PASSES = 3
VIEWS = PREFIX_BATCH  # views are made in such batches
MAX_TOTAL_SECONDS = 0.2  # seconds after which no further pass is made

_AUGMENTATIONS: dict[str, dict[str, object]] = {
    "resample": {"zoom": Zoom(), "rotate": Rotate()},
    "lighting": {"lighting": 0.05},
    "cutout": {"cutout": Cutout(p=1.0)},
    "erase": {"erase": Erase(p=1.0)},
    "blur": {"blur": Blur(p=1.0)},
}


def speed_for(runs_dir: Path, recipe: Recipe, check_cancelled: CancelCheck = lambda: None) -> Speed:
    """The calibration for a recipe: the one that is kept, or a new one, which is kept then.
    `check_cancelled` is called between measurements; raising from it stops.

    Waits while another process measures. One that was made on a busy machine is made again as soon
    as the machine is found quiet.
    """
    settings = resolve_settings(recipe)
    with calibration_lock(runs_dir):
        known = read_speed(runs_dir, recipe)
        fits = known is not None and known.device == settings.device
        if known is not None and fits and (not is_unreliable(known) or cpu_load() > MAX_BUSY_SHARE):
            return known
        speed = calibrate(recipe, check_cancelled=check_cancelled)
        write_speed(runs_dir, recipe, speed)
        return speed


@torch.random.fork_rng(devices=())
def calibrate(
    recipe: Recipe, clock: Clock = time.perf_counter, check_cancelled: CancelCheck = lambda: None
) -> Speed:
    """Measures now, on whatever the machine is; other work beside it makes it wrong."""
    busy = cpu_load()
    configure_threads()
    configure_malloc()
    settings = resolve_settings(recipe)
    bare = recipe.model_copy(update={"weights": "none"})
    low_precision = settings.training == "bfloat16"
    network = build_network(bare, CLASSES, settings.device, low_precision)
    side = recipe.image_size
    photos = torch.rand(PREFIX_BATCH, 3, side, side)
    first = clock()
    with torch.no_grad():
        network.eval()(photos[:2])
    per_photo = (clock() - first) / 2
    batch = max(2, min(PREFIX_BATCH, int(PASS_SECONDS / per_photo)))
    prefix = FrozenPrefix(network, network.head_start, recipe.backbone, settings)
    folded = photos[:batch].to(settings.device, settings.prefix_dtype)
    check_cancelled()
    inference = _fastest_passes(
        lambda: [_time_layers(prefix.layers, folded, settings, clock)], clock
    )[0]
    photos = photos[:batch].to(settings.device)
    check_cancelled()
    built = _fastest_passes(lambda: [_time_inference(network, photos, settings, clock)], clock)[0]
    check_cancelled()
    train = _fastest_passes(
        lambda: _time_training(network, photos[:TRAIN_BATCH_SIZE], settings, clock), clock
    )
    check_cancelled()
    step, rest = _time_optimizer(network, recipe, clock)
    nothing = Augment.disabled()
    check_cancelled()
    plain = _time_view(recipe, nothing, clock)
    fixed, per_megapixel = _time_decoding(side, clock)
    write, write_megabyte, read_megabyte = _time_disk(clock)
    return Speed(
        # The head is never part of the prefix: its places are filled so that indices agree.
        prefix=(*_per_photo(inference, batch), *_per_photo(built[network.head_start :], batch)),
        forward=_per_photo(built, batch),
        train_forward=_per_photo(train[0], min(batch, TRAIN_BATCH_SIZE)),
        backward=_per_photo(train[1], min(batch, TRAIN_BATCH_SIZE)),
        step=step,
        batch=rest,
        view=plain,
        changes={
            name: max(0.0, _time_view(recipe, nothing.model_copy(update=change), clock) - plain)
            for name, change in _AUGMENTATIONS.items()
        },
        decode=fixed,
        decode_megapixel=per_megapixel,
        write=write,
        write_megabyte=write_megabyte,
        read_megabyte=read_megabyte,
        busy=round(busy, 2),
        device=settings.device,
        prefix_format=settings.prefix,
        training_format=settings.training,
    )


def _per_photo(seconds: Sequence[float], batch: int) -> tuple[float, ...]:
    return tuple(round(value / batch, 9) for value in seconds)


# --- layers -----------------------------------------------------------------------------------


def _fastest_passes(run: Callable[[], list[list[float]]], clock: Clock) -> list[list[float]]:
    """The least of a few passes, number by number."""
    began = clock()
    best = run()
    for _ in range(PASSES - 1):
        if clock() - began > MAX_TOTAL_SECONDS:
            break
        best = [
            [min(pair) for pair in zip(old, new, strict=True)]
            for old, new in zip(best, run(), strict=True)
        ]
    return best


@torch.no_grad()
def _time_layers(
    layers: Sequence[nn.Module] | nn.Sequential, x: Tensor, settings: ComputeSettings, clock: Clock
) -> list[float]:
    seconds = []
    for layer in layers:
        began = _now(settings, clock)
        x = layer(x)
        seconds.append(_now(settings, clock) - began)
    return seconds


def _time_inference(
    network: Network, x: Tensor, settings: ComputeSettings, clock: Clock
) -> list[float]:
    network.eval()
    with torch.autocast(network.device.type, torch.bfloat16, enabled=network.low_precision):
        return _time_layers(list(network.layers), x, settings, clock)


def _time_training(
    network: Network, x: Tensor, settings: ComputeSettings, clock: Clock
) -> list[list[float]]:
    """Seconds forward and backward, layer by layer."""
    network.train()
    forward, backward = [], []
    for index, layer in enumerate(network.layers):
        x = x.detach().requires_grad_(index > 0).clone()  # some layers change their input in place
        began = _now(settings, clock)
        with torch.autocast(network.device.type, torch.bfloat16, enabled=network.low_precision):
            y = layer(x)
        forward.append(_now(settings, clock) - began)
        gradient = torch.ones_like(y)
        began = _now(settings, clock)
        if y.requires_grad:
            y.backward(gradient)
        backward.append(_now(settings, clock) - began)
        x = y
    return [forward, backward]


def _now(settings: ComputeSettings, clock: Clock) -> float:
    if settings.device == "cuda":
        torch.cuda.synchronize()
    return clock()


def _time_optimizer(network: Network, recipe: Recipe, clock: Clock) -> tuple[float, float]:
    """Seconds of the optimizer per million weights, and of a batch apart from its layers. Steps of
    the other optimizers take longer, and yet little beside a batch's layers."""
    last = len(network.layers) - 1
    groups = parameter_groups(network.layers, [BandRange(0, last, 1e-9)])
    optimizer = torch.optim.SGD(groups, momentum=recipe.optimizer.momentum)
    optimizer.step()  # makes the momenta
    step = _time_fastest(optimizer.step, clock)
    millions = sum(w.numel() for g in groups for w in g["params"]) / 1e6
    outputs = torch.rand(PREFIX_BATCH, len(CLASSES), requires_grad=True)
    targets = torch.rand(PREFIX_BATCH, len(CLASSES))

    def loss() -> None:
        (-(outputs * targets).sum(1).mean()).backward()  # type: ignore[no-untyped-call]

    return step / millions, _time_fastest(loss, clock)


def _time_fastest(run: Callable[[], object], clock: Clock, times: int = 3) -> float:
    """The least seconds of a few runs, after one that does not count."""
    run()
    seconds = []
    for _ in range(times):
        began = clock()
        run()
        seconds.append(clock() - began)
    return min(seconds)


# --- photos and files -------------------------------------------------------------------------


def _time_view(recipe: Recipe, augment: Augment, clock: Clock) -> float:
    """Seconds of one augmented view of a photo at its working size, made ready for the network."""
    size, random = recipe.image_size, np.random.default_rng(0)
    kept = working_side(augment, size)
    pixels = torch.randint(0, 256, (VIEWS, 3, kept, kept), dtype=torch.uint8)
    photos = [build_pyramid(photo, smallest_side(augment, size)) for photo in pixels]

    def run() -> Tensor:
        return normalise(augmented_views(photos, augment, size, [random] * VIEWS), recipe.backbone)

    return _time_fastest(run, clock, times=1) / VIEWS


def _time_decoding(side: int, clock: Clock) -> tuple[float, float]:
    """Seconds to read a photo: a part per photo and one per million pixels."""
    grain = np.random.default_rng(0).normal(128, 25, (900, 1200, 3)).clip(0, 255)
    image = Image.fromarray(grain.astype(np.uint8)).resize((1200, 900))
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for width, height in ((400, 300), (1200, 900)):
            path = Path(folder) / f"{width}.jpg"
            image.resize((width, height)).save(path, "JPEG", quality=88)
            seconds.append(_time_fastest(partial(read_view, path, side, "squash"), clock))
    small, large = 0.12, 1.08  # million pixels
    slope = max(0.0, (seconds[1] - seconds[0]) / (large - small))
    return max(0.0, seconds[0] - slope * small), slope


def _time_disk(clock: Clock) -> tuple[float, float, float]:
    """Seconds to write a file safely: per file and per million bytes; and to read and check it."""
    data = np.random.default_rng(0).bytes(2_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        small = _time_fastest(lambda: files.write_bytes(path, data[:1000]), clock)
        large = _time_fastest(lambda: files.write_bytes(path, data), clock)
        read = _time_fastest(lambda: hashlib.sha256(path.read_bytes()).digest(), clock)
    return small, max(0.0, (large - small) / 2), read / 2
