"""Cautions: where a recipe is known to mislead, or to take long. None of them stops a launch.

Each rule is a function of the recipe and the photos that answers with a text or nothing, and tells
what was measured, or what follows from arithmetic; it never claims more. `rule` notes its name, the
part of the recipe that it is about and where its numbers come from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, join_sentences, translate
from core.data.dataset import Dataset
from core.data.shoots import count_occasions
from core.data.split import split_sizes
from core.recipe.bands import frozen_prefix_length, recipe_ranges
from core.recipe.layer_table import BACKBONES, head_start
from core.recipe.schema import ClassMapHead, DenseHead, Holdout, KFold, Recipe

Section = Literal["sees", "changes", "long"]  # what the network sees, what may change, how long
SECTIONS: tuple[Section, ...] = ("sees", "changes", "long")


@dataclass(frozen=True)
class RecipeWarning:
    """name: the rule's, in a word or two; column: which part of the recipe it is about; words: what
    is known; source: where the numbers come from."""

    name: str
    section: Section
    text: str
    source: str


_Text = Callable[[Recipe, Dataset], str | None]
RULES: list[tuple[str, Section, str, _Text]] = []
_FAST = 5e-2  # a rate at which layers of the front half count as trained fast
_FAR_TOO_FAST = 1.0  # `quick`'s last rate times a hundred
_SLOW_BACKBONES = ("vgg16", "vgg16_bn")


def find_warnings(recipe: Recipe, dataset: Dataset) -> tuple[RecipeWarning, ...]:
    """What is known to be misleading about training this recipe on these photos."""
    return tuple(
        RecipeWarning(name, section, text, translate(source))
        for name, section, source, find_text in RULES
        if (text := find_text(recipe, dataset))
    )


def rule(name: str, section: Section, source: str) -> Callable[[_Text], _Text]:
    """Adds a rule to those that are asked, in the order in which they stand here."""

    def add(find_text: _Text) -> _Text:
        RULES.append((name, section, source, find_text))
        return find_text

    return add


# --- what the network sees ------------------------------------------------------------------------


@rule("bare-photos", "sees", N_("docs/results.md: augmentation, dropout"))
def no_augmentation(recipe: Recipe, dataset: Dataset) -> str | None:
    """Without augmentation the photos can be learned by heart."""
    augment = recipe.augment
    changed = (augment.zoom, augment.rotate, augment.lighting, augment.cutout, augment.erase)
    if any((*changed, augment.blur, augment.mixup, augment.trivial)) or augment.flip != "none":
        return None
    words = _(
        "No augmentation: the network sees every photo unchanged. On generated books, "
        "quick classified 73% of the objects in the difficult photos correctly, and 45% "
        "without augmentation; validation was perfect both times. On photos of real books "
        "there was no measurable difference."
    )
    if isinstance(recipe.head, ClassMapHead) and not any(recipe.head.dropout.model_dump().values()):
        more = _("Dropout is off too; turning off only dropout made no difference.")
        words = join_sentences(words, more)
    return words


@rule("thin-folds", "sees", N_("arithmetic: photos in the smallest class / folds"))
def too_few_photos_per_fold(recipe: Recipe, dataset: Dataset) -> str | None:
    """A fold in which a class has one photo says little about that class."""
    if not isinstance(recipe.split, KFold):
        return None
    count, name = min((count, name) for name, count in dataset.class_counts().items())
    each = count // recipe.split.folds
    if each >= 2:
        return None
    folds = recipe.split.folds
    if each:
        return _(
            "With {folds} folds, a fold can have only {count} validation photo of {name}: "
            "its result for that class is then all or nothing. Read the folds together, or "
            "use fewer.",
            folds=folds,
            count=each,
            name=name,
        )
    return _(
        "With {folds} folds, some folds have no validation photo of {name}, so they give "
        "no result for that class. Read the folds together, or use fewer.",
        folds=folds,
        name=name,
    )


@rule(
    "shoots-torn-apart",
    "sees",
    N_("arithmetic: photos taken within an hour of each other count as one shoot"),
)
def shoots_torn_apart(recipe: Recipe, dataset: Dataset) -> str | None:
    """Photos of one occasion that train and validate."""
    if not isinstance(recipe.split, Holdout | KFold) or (count := count_occasions(dataset)) < 2:
        return None
    return _(
        "By camera time, the photos come from {count} shoots, and validation photos are "
        "sampled from all of them. A network that only learns a shoot's light and table "
        "can still validate well. The split “by shoot” keeps each shoot on one side.",
        count=count,
    )


@rule(
    "fresh-views-take-long", "sees", N_("docs/performance.md, docs/evidence.md: the shape of quick")
)
def slow_fresh_views(recipe: Recipe, dataset: Dataset) -> str | None:
    """A large frozen part has to look at every fresh view again."""
    if recipe.views_per_photo is not None or recipe.backbone not in _SLOW_BACKBONES:
        return None
    return _(
        "New augmented views every epoch: the frozen layers of {backbone} process each one "
        "again, which takes about three quarters of the epoch. With a pool of 8 views they "
        "process each only once; with EfficientNet-Lite0 there was no measurable "
        "difference.",
        backbone=translate(BACKBONES[recipe.backbone].title),
    )


# --- what may change ------------------------------------------------------------------------------


@rule(
    "front-layers-learn-fast",
    "changes",
    N_("docs/evidence.md: toy draw 501, five seeds; rates of 0.1 and 0.01"),
)
def high_rates_in_front_layers(recipe: Recipe, dataset: Dataset) -> str | None:
    """The shape of `looks-good`: validation cannot show what is lost."""
    half = head_start(recipe.backbone, recipe.map_stride) // 2
    if not _trains_bands(recipe):
        return None
    fast = [band for band in recipe_ranges(recipe) if band.first < half and band.lr >= _FAST]
    if not fast:
        return None
    return _(
        "Layers from {first} on, in the front half of the network, train at {rate}. "
        "looks-good does this at 1e-1: it validated as well as quick (.99 and 1.00), but "
        "classified only 26% of the objects in the difficult photos correctly (quick: "
        "71%). Photos from the same shoot cannot show this: check the class maps.",
        first=fast[0].first,
        rate=formatting.lr_text(max(band.lr for band in fast)),
    )


@rule("rates-far-too-high", "changes", N_("docs/evidence.md: quick, rates x100"))
def excessive_rates(recipe: Recipe, dataset: Dataset) -> str | None:
    """Such runs never learned."""
    top = max(_rates(recipe), default=0.0)
    if recipe.optimizer.name != "sgd" or top < _FAR_TOO_FAST:
        return None
    return _(
        "The highest learning rate is {rate}. With 100 times quick's rates (up to 1), none "
        "of five runs learned.",
        rate=formatting.lr_text(top),
    )


@rule(
    "more-rates-than-evidence",
    "changes",
    N_("arithmetic: two values per rate, against the number of possible accuracies"),
)
def too_many_rates(recipe: Recipe, dataset: Dataset) -> str | None:
    """More choices than the validation photos have answers."""
    rates = len(_rates(recipe))
    try:
        __, photos = split_sizes(recipe, dataset)
    except InputError:
        return None  # the launch says so
    if 2**rates <= photos + 1:
        return None
    return _(
        "{rates} learning rates with two values each give {recipes} recipes, but {photos} "
        "validation photos give at most {accuracies} different accuracies. Validation "
        "cannot choose between that many: expect ties and luck.",
        rates=rates,
        recipes=2**rates,
        photos=photos,
        accuracies=photos + 1,
    )


@rule("nothing-to-keep", "changes", N_("docs/recipe.md: frozen_bn"))
def uncacheable_features(recipe: Recipe, dataset: Dataset) -> str | None:
    """`frozen_bn: train` rules the cached prefix out."""
    if recipe.frozen_bn != "train":
        return None
    if not (prefix := frozen_prefix_length(recipe.model_copy(update={"frozen_bn": "eval"}))):
        return None
    return _(
        "Batch norm statistics keep changing in the {count} frozen layers, so their "
        "outputs cannot be cached: every epoch runs the whole network.",
        count=prefix,
    )


@rule("dense-head", "changes", N_("docs/recipe.md: head.kind"))
def dense_head(recipe: Recipe, dataset: Dataset) -> str | None:
    """It has no dropout and no class maps of its own."""
    if not isinstance(recipe.head, DenseHead):
        return None
    return _(
        "The dense head has no dropout, and its maps are Grad-CAM: computed backwards from "
        "the prediction, not the sum that produced it."
    )


@rule("frozen-at-random", "changes", N_("docs/evidence.md: quick, no weights, two epochs"))
def frozen_random_layers(recipe: Recipe, dataset: Dataset) -> str | None:
    """Without pretrained weights a frozen layer never learns anything."""
    frozen = [band for band in recipe_ranges(recipe) if band.frozen]
    if recipe.weights != "none" or not frozen:
        return None
    return _(
        "Layers {layers} are frozen with random weights, so they stay random. With two "
        "epochs and no pretrained weights, none of five runs learned.",
        layers=frozen[0].label,
    )


# --- for how long ---------------------------------------------------------------------------------


@rule("bands-unused", "long", N_("docs/recipe.md: stages.N.train"))
def unused_bands(recipe: Recipe, dataset: Dataset) -> str | None:
    """No stage trains the bands."""
    if _trains_bands(recipe):
        return None
    return _(
        "Every stage trains only the head, so the backbone does not change, whatever its "
        "learning rates. Add a stage that trains all bands."
    )


def _trains_bands(recipe: Recipe) -> bool:
    return any(stage.train == "bands" for stage in recipe.stages)


def _rates(recipe: Recipe) -> list[float]:
    """The rates that somebody chose: of the bands that train, and of stages that name one."""
    stages = [stage.lr for stage in recipe.stages if stage.lr]
    bands = [band.lr for band in recipe.bands if band.lr > 0] if _trains_bands(recipe) else []
    return [*bands, *stages]
