"""The hosted demo: every limit that its visitors meet, and the words that say so.

`OVERFIT_LENS_MODE=demo` turns it on. Visitors then look at the examples, and may train on the
bundled photos within the limits below; with `OVERFIT_LENS_TRAINING=off` nobody trains. What is
limited is refused where it is done, in core; pages only say beforehand what would be refused.
"""

from pathlib import Path

from core.base import demo_mode
from core.base.demo_mode import DemoError
from core.base.files import PROJECT_ROOT
from core.base.language import N_, _, translate
from core.recipe.schema import Recipe
from core.store.run import find_runs
from core.store.visitors import count_group_runs, count_visitor_runs, is_visitor_dir, shared_root_of

DEMO_DATASET = PROJECT_ROOT / "dataset" / "toy_books"
ALLOWED_BACKBONES = ("efficientnet_lite0",)  # the one whose weights come with the installation
ALLOWED_WEIGHTS = ("imagenet", "none")  # no file of weights: a path would be one of the server's
MAX_EPOCHS = 40  # of the whole recipe; `quick` and `looks-good` have 32
MAX_IMAGE_SIZE = 224
MAX_BATCH_SIZE = 32
MAX_VIEWS_PER_PHOTO = 8  # for each photo
MAX_ACTIVE_PER_VISITOR = 1  # runs and searches of one visitor that wait or are under way
MAX_QUEUED = 12  # of all visitors together
MAX_RUNS_PER_VISITOR = 12  # that one visitor has, also in the trash
MAX_RUNS = 300  # of all visitors: with their weights and maps about 10 MB each
# Of all who come from the same group of addresses (core.store.visitors), whatever keys they have:
MAX_QUEUED_PER_GROUP = 6
KEPT_PLACES = 3  # of the queue, for groups that have nothing in it
MAX_RUNS_PER_GROUP = 100
MAX_CAPTURED = 30  # photos that one visitor captures, where that is allowed


def limits_text() -> str:
    """What may be trained, in a sentence or two."""
    if not demo_mode.is_training_allowed():
        return _(
            "Training is off in this demo: it shows the example runs. Run Overfit Lens on "
            "your own computer to train on your photos."
        )
    return _(
        "Demo limits: the bundled photos, {backbone}, at most {epochs} epochs, "
        "{size}-pixel photos and {views} views per photo, one run at a time. Runs are kept "
        "for {kept}, visible to anyone with your link.",
        backbone="EfficientNet-Lite0",
        epochs=MAX_EPOCHS,
        size=MAX_IMAGE_SIZE,
        views=MAX_VIEWS_PER_PHOTO,
        kept=demo_mode.retention_text(),
    )


def shares_text() -> str:
    """How visitors share it, in a sentence; empty where nobody trains."""
    if not demo_mode.is_training_allowed():
        return ""
    return _(
        "One network may have at most {queued} runs waiting and create {runs} a day; the "
        "last {kept} places in the queue are reserved for networks with none in it.",
        queued=MAX_QUEUED_PER_GROUP,
        runs=MAX_RUNS_PER_GROUP,
        kept=KEPT_PLACES,
    )


def exceeded_limits_text(recipe: Recipe, data_dir: Path) -> str:
    """What of a recipe the demo does not train, in a sentence; empty where it does, or where this
    is no demo."""
    if not demo_mode.is_enabled():
        return ""
    if not demo_mode.is_training_allowed():
        return limits_text()
    epochs = recipe.planned_epochs()
    asked = [
        (Path(data_dir).resolve() != DEMO_DATASET, _("it trains only on the bundled photos")),
        (recipe.backbone not in ALLOWED_BACKBONES, _("it trains only EfficientNet-Lite0")),
        (recipe.weights not in ALLOWED_WEIGHTS, _("it accepts no weights files")),
    ]
    bounds = [
        (epochs, MAX_EPOCHS, N_("at most {most} epochs, not {asked}")),
        (recipe.image_size, MAX_IMAGE_SIZE, N_("photos of at most {most} pixels, not {asked}")),
        (recipe.batch_size, MAX_BATCH_SIZE, N_("batches of at most {most} photos, not {asked}")),
        (
            recipe.views_per_photo or 0,
            MAX_VIEWS_PER_PHOTO,
            N_("at most {most} views per photo, not {asked}"),
        ),
    ]
    found = [words for too_much, words in asked if too_much]
    over = [(text, most, value) for value, most, text in bounds if value > most]
    found += [translate(text).format(most=most, asked=value) for text, most, value in over]
    return _("This is a demo: {limits}.", limits="; ".join(found)) if found else ""


def check_work_allowed(runs_dir: Path, recipe: Recipe, data_dir: Path) -> None:
    """Raises DemoError where a visitor may not have this trained or searched, or not now. A folder
    of runs that is no visitor's has no limits."""
    if not is_visitor_dir(runs_dir):
        return
    if words := exceeded_limits_text(recipe, data_dir):
        raise DemoError(words)


def check_capacity(runs_dir: Path) -> None:
    """Raises DemoError where a visitor, or all together, have too many runs for one more."""
    if not is_visitor_dir(runs_dir):
        return
    if len(find_runs(runs_dir)) + len(find_runs(runs_dir / ".trash")) >= MAX_RUNS_PER_VISITOR:
        raise DemoError(
            _(
                "You have reached this demo's limit of {most} runs. Each run is deleted a "
                "day after it was created.",
                most=MAX_RUNS_PER_VISITOR,
            )
        )
    if count_visitor_runs(shared_root_of(runs_dir)) >= MAX_RUNS:
        raise DemoError(_("This demo is full for today. Please come back tomorrow."))
    if count_group_runs(runs_dir) >= MAX_RUNS_PER_GROUP:
        raise DemoError(
            _(
                "{count} runs were created from your network today, which is the limit. "
                "Please come back tomorrow.",
                count=MAX_RUNS_PER_GROUP,
            )
        )


def check_capture_allowed(dataset_root: Path, photos: int = 0) -> None:
    """Raises DemoError where a demo captures no photo in this data set, or none beside so many:
    a visitor does so in a copy in their own folder (core.capture.access)."""
    if not demo_mode.is_enabled():
        return
    own = is_visitor_dir(Path(dataset_root).absolute().parents[1])
    if not demo_mode.is_capture_allowed() or not own:
        raise DemoError(demo_mode.refusal_text("capture"))
    if photos >= MAX_CAPTURED:
        raise DemoError(_("This demo allows {most} photos per visitor.", most=MAX_CAPTURED))


def check_queue_limits(own: int, total: int, group: int) -> None:
    """Raises DemoError where a visitor who has `own` entries in the queue may add none, or with
    `group` of their address group, or where the queue of `total` is full."""
    if own >= MAX_ACTIVE_PER_VISITOR:
        raise DemoError(
            _("One run at a time in this demo: launch this when your current one has ended.")
        )
    left = MAX_QUEUED - total
    if left > 0 and (group >= MAX_QUEUED_PER_GROUP or (group and left <= KEPT_PLACES)):
        raise DemoError(
            _(
                "Waiting runs from your network: {count}. The remaining places are "
                "reserved for others. Please try again in a few minutes.",
                count=group,
            )
        )
    if total >= MAX_QUEUED:
        raise DemoError(
            _(
                "The demo's queue is full: {count} runs are waiting. Please try again in a "
                "few minutes.",
                count=total,
            )
        )
