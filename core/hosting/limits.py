"""The hosted demo: every limit that its visitors meet, and the words that say so.

`OVERFIT_LENS_MODE=demo` turns it on. Visitors then look at the examples, and may train on the
bundled photos within the limits below; with `OVERFIT_LENS_TRAINING=off` nobody trains. What is
limited is refused where it is done, in core; pages only say beforehand what would be refused.
"""

from __future__ import annotations

from pathlib import Path

from core.base.demo_mode import DemoError, kept_words, on, training
from core.base.language import _
from core.recipe.schema import Recipe
from core.store.examples import PROJECT
from core.store.run import find_runs
from core.store.visitors import count_runs, house_of, is_visitors

DATA = PROJECT / "dataset" / "toy_books"
BACKBONES = ("efficientnet_lite0",)  # the one whose weights come with the installation
WEIGHTS = ("imagenet", "none")  # no file of weights: a path would be one of the server's
EPOCHS = 40  # of the whole recipe; `quick` and `looks-good` have 32
IMAGE_SIZE = 224
BATCH_SIZE = 32
VIEWS = 8  # for each photo
AT_ONCE = 1  # runs and searches of one visitor that wait or are under way
WAITING = 12  # of all visitors together
RUNS = 12  # that one visitor has, also in the trash
RUNS_IN_ALL = 300  # of all visitors: with their weights and maps about 10 MB each
UPLOAD_MB = 1  # the least that Streamlit can be told; no page takes a file


# --- what is not done at all ----------------------------------------------------------------------


# --- what is done within limits -------------------------------------------------------------------


def limits() -> str:
    """What may be trained, in a sentence or two."""
    if not training():
        return _(
            "Nobody trains in this demo: it shows the example runs. On your own computer "
            "Overfit Lens trains on your photos."
        )
    return _(
        "In this demo: the bundled photos, {backbone}, at most {epochs} epochs, photos of at most "
        "{size} pixels and {views} views of each, one run at a time. A run stays for {kept}, for "
        "whoever has your link.",
        backbone="EfficientNet-Lite0",
        epochs=EPOCHS,
        size=IMAGE_SIZE,
        views=VIEWS,
        kept=kept_words(),
    )


def beyond(recipe: Recipe, data_dir: Path) -> str:
    """What of a recipe the demo does not train, in a sentence; empty where it does, or where this
    is no demo."""
    if not on():
        return ""
    if not training():
        return limits()
    epochs, views = recipe.planned_epochs(), recipe.views_per_photo
    asked = [
        (Path(data_dir).resolve() != DATA, _("it trains on the bundled photos only")),
        (recipe.backbone not in BACKBONES, _("it trains EfficientNet-Lite0 only")),
        (recipe.weights not in WEIGHTS, _("it takes no file of weights")),
        (
            epochs > EPOCHS,
            _("it trains {most} epochs at most, not {asked}", most=EPOCHS, asked=epochs),
        ),
        (
            recipe.image_size > IMAGE_SIZE,
            _(
                "photos are {most} pixels at most, not {asked}",
                most=IMAGE_SIZE,
                asked=recipe.image_size,
            ),
        ),
        (
            recipe.batch_size > BATCH_SIZE,
            _(
                "a batch is {most} photos at most, not {asked}",
                most=BATCH_SIZE,
                asked=recipe.batch_size,
            ),
        ),
        (
            (views or 0) > VIEWS,
            _("it makes {most} views of each photo at most, not {asked}", most=VIEWS, asked=views),
        ),
    ]
    found = [words for too_much, words in asked if too_much]
    return _("This is a demo: {limits}.", limits="; ".join(found)) if found else ""


def check_work(runs_dir: Path, recipe: Recipe, data_dir: Path) -> None:
    """Raises DemoError where a visitor may not have this trained or searched, or not now. A folder
    of runs that is no visitor's has no limits."""
    if not is_visitors(runs_dir):
        return
    if words := beyond(recipe, data_dir):
        raise DemoError(words)


def check_room(runs_dir: Path) -> None:
    """Raises DemoError where a visitor, or all together, have too many runs for one more."""
    if not is_visitors(runs_dir):
        return
    if len(find_runs(runs_dir)) + len(find_runs(runs_dir / ".trash")) >= RUNS:
        raise DemoError(
            _(
                "You have {most} runs, which is all that this demo keeps of a visitor. "
                "Each goes a day after it was made.",
                most=RUNS,
            )
        )
    if count_runs(house_of(runs_dir)) >= RUNS_IN_ALL:
        raise DemoError(_("This demo is full for today. Please come back tomorrow."))


def check_queue(own: int, everybody: int) -> None:
    """Raises DemoError where a visitor who has `own` entries in the queue may add none, or where
    the queue of `everybody` is full."""
    if own >= AT_ONCE:
        raise DemoError(_("One at a time in this demo: launch this when your run has ended."))
    if everybody >= WAITING:
        raise DemoError(
            _(
                "The demo's queue is full: {count} runs wait. Please try again in a few minutes.",
                count=everybody,
            )
        )
