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
from core.base.machine import keep_memory, settle_threads
from core.base.processor import busy_share
from core.data.photos import read_view
from core.model.network import Network, build_network
from core.pipeline.augment import augmented_views, levels, smallest_side, working_side
from core.pipeline.precision import Settings, resolve
from core.pipeline.prefix import PREFIX_BATCH, Prefix
from core.pipeline.views import normalise
from core.recipe.bands import BandRange, parameter_groups
from core.recipe.schema import Augment, Blur, Cutout, Erase, Recipe, Rotate, Zoom
from core.train.speed import BUSY, Speed, doubtful, measuring_alone, read_speed, write_speed

Clock = Callable[[], float]
Tick = Callable[[], None]
CLASSES = ("a", "b", "c", "d", "e", "f")
PASS_SECONDS = 0.25  # a pass through the layers should not take longer: fewer photos at a time then
TRAINED = 4  # photos at a time in training: more would be a run's peak of memory
PASSES = 3
VIEWS = PREFIX_BATCH  # views are made in such batches
ENOUGH = 0.2  # seconds after which no further pass is made

_CHANGES: dict[str, dict[str, object]] = {
    "resample": {"zoom": Zoom(), "rotate": Rotate()},
    "lighting": {"lighting": 0.05},
    "cutout": {"cutout": Cutout(p=1.0)},
    "erase": {"erase": Erase(p=1.0)},
    "blur": {"blur": Blur(p=1.0)},
}


def speed_for(runs_dir: Path, recipe: Recipe, tick: Tick = lambda: None) -> Speed:
    """The calibration for a recipe: the one that is kept, or a new one, which is kept then. `tick`
    is called between measurements; raising from it stops.

    Waits while another process measures. One that was made on a busy machine is made again as soon
    as the machine is found quiet.
    """
    settings = resolve(recipe)
    with measuring_alone(runs_dir):
        known = read_speed(runs_dir, recipe)
        fits = known is not None and known.device == settings.device
        if known is not None and fits and (not doubtful(known) or busy_share() > BUSY):
            return known
        speed = calibrate(recipe, tick=tick)
        write_speed(runs_dir, recipe, speed)
        return speed


@torch.random.fork_rng(devices=())
def calibrate(recipe: Recipe, clock: Clock = time.perf_counter, tick: Tick = lambda: None) -> Speed:
    """Measures now, on whatever the machine is; other work beside it makes it wrong."""
    busy = busy_share()
    settle_threads()
    keep_memory()
    settings = resolve(recipe)
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
    prefix = Prefix(network, network.head_start, recipe.backbone, settings)
    folded = photos[:batch].to(settings.device, settings.prefix_dtype)
    tick()
    inference = _least(lambda: [_forward(prefix.layers, folded, settings, clock)], clock)[0]
    photos = photos[:batch].to(settings.device)
    tick()
    built = _least(lambda: [_inference(network, photos, settings, clock)], clock)[0]
    tick()
    train = _least(lambda: _train(network, photos[:TRAINED], settings, clock), clock)
    tick()
    step, rest = _step(network, recipe, clock)
    nothing = Augment.nothing()
    tick()
    plain = _view(recipe, nothing, clock)
    fixed, per_megapixel = _decoding(side, clock)
    write, write_megabyte, read_megabyte = _disk(clock)
    return Speed(
        # The head is never part of the prefix: its places are filled so that indices agree.
        prefix=(*_each(inference, batch), *_each(built[network.head_start :], batch)),
        forward=_each(built, batch),
        train_forward=_each(train[0], min(batch, TRAINED)),
        backward=_each(train[1], min(batch, TRAINED)),
        step=step,
        batch=rest,
        view=plain,
        changes={
            name: max(0.0, _view(recipe, nothing.model_copy(update=change), clock) - plain)
            for name, change in _CHANGES.items()
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


def _each(seconds: Sequence[float], batch: int) -> tuple[float, ...]:
    return tuple(round(value / batch, 9) for value in seconds)


# --- layers -----------------------------------------------------------------------------------


def _least(run: Callable[[], list[list[float]]], clock: Clock) -> list[list[float]]:
    """The least of a few passes, number by number."""
    began = clock()
    best = run()
    for _ in range(PASSES - 1):
        if clock() - began > ENOUGH:
            break
        best = [
            [min(pair) for pair in zip(old, new, strict=True)]
            for old, new in zip(best, run(), strict=True)
        ]
    return best


@torch.no_grad()
def _forward(
    layers: Sequence[nn.Module] | nn.Sequential, x: Tensor, settings: Settings, clock: Clock
) -> list[float]:
    seconds = []
    for layer in layers:
        began = _now(settings, clock)
        x = layer(x)
        seconds.append(_now(settings, clock) - began)
    return seconds


def _inference(network: Network, x: Tensor, settings: Settings, clock: Clock) -> list[float]:
    network.eval()
    with torch.autocast(network.device.type, torch.bfloat16, enabled=network.low_precision):
        return _forward(list(network.layers), x, settings, clock)


def _train(network: Network, x: Tensor, settings: Settings, clock: Clock) -> list[list[float]]:
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


def _now(settings: Settings, clock: Clock) -> float:
    if settings.device == "cuda":
        torch.cuda.synchronize()
    return clock()


def _step(network: Network, recipe: Recipe, clock: Clock) -> tuple[float, float]:
    """Seconds of the optimizer per million weights, and of a batch apart from its layers. Steps of
    the other optimizers take longer, and yet little beside a batch's layers."""
    last = len(network.layers) - 1
    groups = parameter_groups(network.layers, [BandRange(0, last, 1e-9)])
    optimizer = torch.optim.SGD(groups, momentum=recipe.optimizer.momentum)
    optimizer.step()  # makes the momenta
    step = _repeat(optimizer.step, clock)
    millions = sum(w.numel() for g in groups for w in g["params"]) / 1e6
    outputs = torch.rand(PREFIX_BATCH, len(CLASSES), requires_grad=True)
    targets = torch.rand(PREFIX_BATCH, len(CLASSES))

    def loss() -> None:
        (-(outputs * targets).sum(1).mean()).backward()  # type: ignore[no-untyped-call]

    return step / millions, _repeat(loss, clock)


def _repeat(run: Callable[[], object], clock: Clock, times: int = 3) -> float:
    """The least seconds of a few runs, after one that does not count."""
    run()
    seconds = []
    for _ in range(times):
        began = clock()
        run()
        seconds.append(clock() - began)
    return min(seconds)


# --- photos and files -------------------------------------------------------------------------


def _view(recipe: Recipe, augment: Augment, clock: Clock) -> float:
    """Seconds of one augmented view of a photo at its working size, made ready for the network."""
    size, random = recipe.image_size, np.random.default_rng(0)
    kept = working_side(augment, size)
    pixels = torch.randint(0, 256, (VIEWS, 3, kept, kept), dtype=torch.uint8)
    photos = [levels(photo, smallest_side(augment, size)) for photo in pixels]

    def run() -> Tensor:
        return normalise(augmented_views(photos, augment, size, [random] * VIEWS), recipe.backbone)

    return _repeat(run, clock, times=1) / VIEWS


def _decoding(side: int, clock: Clock) -> tuple[float, float]:
    """Seconds to read a photo: a part per photo and one per million pixels."""
    grain = np.random.default_rng(0).normal(128, 25, (900, 1200, 3)).clip(0, 255)
    image = Image.fromarray(grain.astype(np.uint8)).resize((1200, 900))
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for width, height in ((400, 300), (1200, 900)):
            path = Path(folder) / f"{width}.jpg"
            image.resize((width, height)).save(path, "JPEG", quality=88)
            seconds.append(_repeat(partial(read_view, path, side, "squash"), clock))
    small, large = 0.12, 1.08  # million pixels
    slope = max(0.0, (seconds[1] - seconds[0]) / (large - small))
    return max(0.0, seconds[0] - slope * small), slope


def _disk(clock: Clock) -> tuple[float, float, float]:
    """Seconds to write a file safely: per file and per million bytes; and to read and check it."""
    data = np.random.default_rng(0).bytes(2_000_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        small = _repeat(lambda: files.write_bytes(path, data[:1000]), clock)
        large = _repeat(lambda: files.write_bytes(path, data), clock)
        read = _repeat(lambda: hashlib.sha256(path.read_bytes()).digest(), clock)
    return small, max(0.0, (large - small) / 2), read / 2
