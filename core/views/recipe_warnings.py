"""Cautions: where a recipe is known to mislead, or to take long. None of them stops a launch.

Each rule is a function of the recipe and the photos that answers with a Caution or None, and tells
what was measured and where, or what follows from arithmetic; it never claims more. A new rule is a
function here and a place in RULES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, join_sentences, translate
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


Rule = Callable[[Recipe, Dataset], RecipeWarning | None]

_FAST = 5e-2  # a rate at which layers of the front half count as trained fast
_FAR_TOO_FAST = 1.0  # `quick`'s last rate times a hundred
_SLOW_BACKBONES = ("vgg16", "vgg16_bn")


def find_warnings(recipe: Recipe, dataset: Dataset) -> tuple[RecipeWarning, ...]:
    """What is known to be misleading about training this recipe on these photos."""
    found = (rule(recipe, dataset) for rule in RULES)
    return tuple(caution for caution in found if caution is not None)


# --- what the network sees ------------------------------------------------------------------------


def no_augmentation(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """Without augmentation the photos can be learned by heart."""
    augment = recipe.augment
    changed = (augment.zoom, augment.rotate, augment.lighting, augment.cutout, augment.erase)
    if any((*changed, augment.blur, augment.mixup, augment.trivial)) or augment.flip != "none":
        return None
    words = _(
        "The network sees every photo unchanged. On drawn books quick named 73 % of the objects "
        "of the difficult photos, without varied views 45 %, and validation was perfect both "
        "times. On photos of real books no difference could be told."
    )
    if isinstance(recipe.head, ClassMapHead) and not any(recipe.head.dropout.model_dump().values()):
        more = _("There is no dropout either; leaving only that out made no difference.")
        words = join_sentences(words, more)
    return RecipeWarning("bare-photos", "sees", words, _("docs/results.md: augmentation, dropout"))


def too_few_photos_per_fold(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """A fold in which a class has one photo says little about that class."""
    if not isinstance(recipe.split, KFold):
        return None
    count, name = min((count, name) for name, count in dataset.class_counts().items())
    each = count // recipe.split.folds
    if each >= 2:
        return None
    folds = recipe.split.folds
    if each:
        words = _(
            "With {folds} folds only {count} photo of {name} validates at a time: a fold's number "
            "for that class is right or wrong, nothing between. Read the folds together, or take "
            "fewer.",
            folds=folds,
            count=each,
            name=name,
        )
    else:
        words = _(
            "With {folds} folds in some folds no photo of {name} validates at a time: a fold's "
            "number for that class is right or wrong, nothing between. Read the folds together, or "
            "take fewer.",
            folds=folds,
            name=name,
        )
    source = _("arithmetic: photos of the smallest class / folds")
    return RecipeWarning("thin-folds", "sees", words, source)


def shoots_torn_apart(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """Photos of one occasion that train and validate."""
    if not isinstance(recipe.split, Holdout | KFold) or (count := count_occasions(dataset)) < 2:
        return None
    words = _(
        "The photos are of {count} shoots, by the cameras' times, and validation photos are drawn "
        "from all of them: who learns a shoot's light and table can validate well. The split "
        "“by shoot” keeps each shoot on one side.",
        count=count,
    )
    source = _("arithmetic: photos taken within an hour of one another are one shoot")
    return RecipeWarning("shoots-torn-apart", "sees", words, source)


def slow_fresh_views(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """A large frozen part has to look at every fresh view again."""
    if recipe.views_per_photo is not None or recipe.backbone not in _SLOW_BACKBONES:
        return None
    words = _(
        "Fresh views in every epoch: the frozen layers of {backbone} look at each again, about "
        "three quarters of an epoch's time. A pool of 8 views takes the frozen layers one look "
        "each, and with EfficientNet-Lite0 no difference could be told.",
        backbone=translate(BACKBONES[recipe.backbone].title),
    )
    source = _("docs/performance.md, docs/evidence.md: the shape of quick")
    return RecipeWarning("fresh-views-take-long", "sees", words, source)


# --- what may change ------------------------------------------------------------------------------


def high_rates_in_front_layers(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """The shape of `looks-good`: validation cannot show what is lost."""
    half = head_start(recipe.backbone, recipe.map_stride) // 2
    if not _trains_bands(recipe):
        return None
    fast = [band for band in recipe_ranges(recipe) if band.first < half and band.lr >= _FAST]
    if not fast:
        return None
    words = _(
        "Layers from {first} on, in the front half of the network, train at {rate}. looks-good "
        "does so at 1e-1: its validation ended as good as quick's (.99 and 1.00) and it named 26 % "
        "of the objects of the difficult photos, quick 71 %. Photos from the same shoot cannot "
        "show this: look at the class maps.",
        first=fast[0].first,
        rate=formatting.lr_text(max(band.lr for band in fast)),
    )
    source = _("docs/evidence.md: toy draw 501, five seeds; rates of 0.1 and 0.01")
    return RecipeWarning("front-layers-learn-fast", "changes", words, source)


def excessive_rates(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """Such runs never learned."""
    top = max(_rates(recipe), default=0.0)
    if recipe.optimizer.name != "sgd" or top < _FAR_TOO_FAST:
        return None
    words = _(
        "The highest rate is {rate}. With a hundred times quick's rates, up to 1, none of five "
        "runs learned.",
        rate=formatting.lr_text(top),
    )
    source = _("docs/evidence.md: quick, rates x100")
    return RecipeWarning("rates-far-too-high", "changes", words, source)


def too_many_rates(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """More choices than the validation photos have answers."""
    rates = len(_rates(recipe))
    try:
        __, photos = split_sizes(recipe, dataset)
    except InputError:
        return None  # the launch says so
    if 2**rates <= photos + 1:
        return None
    words = _(
        "{rates} rates, each tried at only two values, make {recipes} recipes; {photos} "
        "validation photos give at most {accuracies} different accuracies. Validation cannot "
        "choose between so many: expect ties, and luck.",
        rates=rates,
        recipes=2**rates,
        photos=photos,
        accuracies=photos + 1,
    )
    source = _("arithmetic: two values for each rate, against the answers")
    return RecipeWarning("more-rates-than-evidence", "changes", words, source)


def uncacheable_features(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """`frozen_bn: train` rules the cached prefix out."""
    if recipe.frozen_bn != "train":
        return None
    if not (prefix := frozen_prefix_length(recipe.model_copy(update={"frozen_bn": "eval"}))):
        return None
    words = _(
        "Batch norm goes on moving in the {count} frozen layers, so what they see cannot be kept: "
        "every epoch passes the whole network.",
        count=prefix,
    )
    return RecipeWarning("nothing-to-keep", "changes", words, _("docs/recipe.md: frozen_bn"))


def dense_head(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """It has no dropout and no class maps of its own."""
    if not isinstance(recipe.head, DenseHead):
        return None
    words = _(
        "The dense head has no dropout, and its maps are Grad-CAM: computed backwards from the "
        "answer, not the sum that made it."
    )
    return RecipeWarning("dense-head", "changes", words, _("docs/recipe.md: head.kind"))


def frozen_random_layers(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """Without pretrained weights a frozen layer never learns anything."""
    frozen = [band for band in recipe_ranges(recipe) if band.frozen]
    if recipe.weights != "none" or not frozen:
        return None
    words = _(
        "Layers {layers} are frozen and start from random numbers, so they stay random. With two "
        "epochs from no weights, none of five runs learned.",
        layers=frozen[0].label,
    )
    source = _("docs/evidence.md: quick, no weights, two epochs")
    return RecipeWarning("frozen-at-random", "changes", words, source)


# --- for how long ---------------------------------------------------------------------------------


def unused_bands(recipe: Recipe, dataset: Dataset) -> RecipeWarning | None:
    """No stage trains the bands."""
    if _trains_bands(recipe):
        return None
    words = _(
        "Every stage trains the head alone, so the backbone stays as it is, whatever its rates. "
        "Add a stage in which all bands learn."
    )
    return RecipeWarning("bands-unused", "long", words, _("docs/recipe.md: stages.N.train"))


RULES: tuple[Rule, ...] = (
    no_augmentation,
    too_few_photos_per_fold,
    shoots_torn_apart,
    slow_fresh_views,
    high_rates_in_front_layers,
    excessive_rates,
    too_many_rates,
    uncacheable_features,
    dense_head,
    frozen_random_layers,
    unused_bands,
)


def _trains_bands(recipe: Recipe) -> bool:
    return any(stage.train == "bands" for stage in recipe.stages)


def _rates(recipe: Recipe) -> list[float]:
    """The rates that somebody chose: of the bands that train, and of stages that name one."""
    stages = [stage.lr for stage in recipe.stages if stage.lr]
    bands = [band.lr for band in recipe.bands if band.lr > 0] if _trains_bands(recipe) else []
    return [*bands, *stages]
