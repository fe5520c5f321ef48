"""The learning-rate finder, made to work on tiny data (Smith 2017, "Cyclical Learning Rates").

One pass of rising rates over 57 photos is four batches: too few to say anything, as the article's
author found. So the photos are repeated until there are enough batches, and the search is run for
several starts of the head; where they disagree, the answer is "cannot tell".
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from core.base.language import N_
from core.base.random_streams import derived_seed
from core.pipeline.setup import Setup, seeded_network
from core.recipe.bands import first_trained_layer, stage_ranges
from core.recipe.schema import Stage
from core.store.lr_finder import DEFAULT_HEAD_INITS, Confidence, Suggestion
from core.train.loop import split_batches
from core.train.optimizer import make_optimizer
from core.train.schedule import batches_per_epoch

LOWEST, HIGHEST = 1e-5, 10.0  # the article's range
STEPS = 100
SMOOTHING = 0.9  # of the exponential moving average of the loss
SMOOTHING_WARMUP = 10  # steps until the average rests on many batches: 1 / (1 - SMOOTHING)
STOP_RATIO = 4.0  # stop when the smoothed loss exceeds this many times the best
MIN_LOSS_DROP = 0.2  # a search whose loss falls by less than this share has found nothing
AGREEMENT = 0.5  # decades between the searches' answers within which they agree


def lr_at_step(step: int, steps: int = STEPS) -> float:
    """The last band's rate at a step (from 0): exponential from LOWEST to HIGHEST."""
    return float(LOWEST * (HIGHEST / LOWEST) ** (step / (steps - 1)))


def lr_range_test(
    setup: Setup, head_init: int, check_cancelled: Callable[[], None] = lambda: None
) -> pd.DataFrame:
    """One search from another random head: columns step, lr (of the last band), loss, smoothed.

    Trains the recipe's bands, each at its proportion of the last band's rate, until the smoothed
    loss exceeds STOP_RATIO times the best, or is not finite, or the range ends. `check_cancelled`
    is called at each step; raising from it stops."""
    recipe = setup.recipe.model_copy(
        update={
            "seed": derived_seed(setup.recipe.seed, "lr-find", head_init) % 2**32,
            "stages": (Stage(train="bands", epochs=1),),
        }
    )
    network = seeded_network(recipe, setup.dataset, setup.settings)
    optimizer = make_optimizer(network, recipe, 1)
    ranges = stage_ranges(recipe, recipe.stages[0])
    network.set_train_mode(ranges, recipe.frozen_bn, head_only=False)
    frozen = min(first_trained_layer(ranges), network.head_start)
    torch.manual_seed(recipe.seed)
    batches = batches_per_epoch(len(setup.inputs), recipe.batch_size)
    full = optimizer.param_groups[-1]["base_lr"]
    rows: list[tuple[int, float, float, float]] = []
    average, best = 0.0, math.inf
    for step in range(STEPS):
        check_cancelled()
        epoch, batch = step // batches + 1, step % batches
        if batch == 0:
            cut = split_batches(setup.inputs.order(epoch), batches, recipe)
        for group in optimizer.param_groups:
            group["lr"] = group["base_lr"] / full * lr_at_step(step)
        x, targets = setup.inputs.batch(cut[batch], epoch)
        log_probs = network(x, setup.start_layer, frozen).log_probs
        loss = -(log_probs * targets.to(log_probs.device)).sum(1).mean()
        if not math.isfinite(loss.item()):
            break
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        average = SMOOTHING * average + (1 - SMOOTHING) * loss.item()
        smoothed = average / (1 - SMOOTHING ** (step + 1))
        rows.append((step, lr_at_step(step), loss.item(), smoothed))
        best = min(best, smoothed)
        if smoothed > STOP_RATIO * best:
            break
    return pd.DataFrame(rows, columns=["step", "lr", "loss", "smoothed"])


def find_lr(
    setup: Setup,
    head_inits: int = DEFAULT_HEAD_INITS,
    on_search: Callable[[int], None] = lambda number: None,
    check_cancelled: Callable[[], None] = lambda: None,
) -> tuple[pd.DataFrame, Suggestion]:
    """Several searches: their curves (with a column `start`) and what they suggest together."""
    curves = []
    for start in range(head_inits):
        curves.append(lr_range_test(setup, start, check_cancelled).assign(start=start))
        on_search(start)
    return pd.concat(curves, ignore_index=True), suggest(curves)


def suggest(curves: Sequence[pd.DataFrame]) -> Suggestion:
    """The rate at which the smoothed loss falls most steeply (over log lr), as the median of the
    searches, and how far they agree."""
    answers = [
        found
        for curve in curves
        if (found := steepest(curve["lr"].to_numpy(), curve["smoothed"].to_numpy())) is not None
    ]
    count = len(curves)
    if len(answers) * 2 <= count:
        problem = N_("in {few} of {count} searches, the loss hardly fell")
        told = problem.format(few=count - len(answers), count=count)
        return Suggestion(None, "cannot tell", None, None, told)
    low, high = min(answers), max(answers)
    decades = math.log10(high / low)
    middle = float(np.exp(np.median(np.log(answers))))
    confidence: Confidence = "cannot tell"
    why = N_("{few} of {count} searches suggest {low:.1e} to {high:.1e}: they do not agree")
    if decades <= AGREEMENT and len(answers) == count:
        confidence = "good"
        why = N_("{few} of {count} searches suggest {low:.1e} to {high:.1e}: they agree")
    elif decades <= 2 * AGREEMENT:
        confidence = "fair"
        why = N_("{few} of {count} searches suggest {low:.1e} to {high:.1e}: they roughly agree")
    told = why.format(few=len(answers), count=count, low=low, high=high)
    lr = None if confidence == "cannot tell" else middle
    return Suggestion(lr, confidence, low, high, told)


def steepest(lr: NDArray[np.float64], smoothed: NDArray[np.float64]) -> float | None:
    """Where the smoothed loss falls fastest before its minimum, once the average has settled; None
    when it hardly falls."""
    lowest = int(np.argmin(smoothed))
    first = float(smoothed[: max(5, len(smoothed) // 10)].max(initial=0.0))
    if lowest <= SMOOTHING_WARMUP or smoothed[lowest] > first * (1 - MIN_LOSS_DROP):
        return None
    slope = np.gradient(smoothed[: lowest + 1], np.log(lr[: lowest + 1]))
    return float(lr[SMOOTHING_WARMUP + int(np.argmin(slope[SMOOTHING_WARMUP:]))])
