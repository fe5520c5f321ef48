"""What to try next after a verdict, from the recipe that was run. Each line is a change that one
can make in Train; none is a promise."""

from core.base.language import N_
from core.recipe.layer_table import head_start
from core.recipe.schema import Augment, ClassMapHead, Recipe
from core.store.schemas import Verdict

FAST_LR = 3e-2  # all layers at 1e-2 still kept what they knew in a trial, at 5e-2 they did not


def advice(verdict: Verdict, recipe: Recipe) -> list[str]:
    """Up to four things to try, the likeliest first."""
    if verdict == "too little evidence":
        return [
            N_(
                "Label at least 10 photos taken elsewhere (another table, another light, several "
                "objects), and draw boxes around the objects: without them a good run and a bad "
                "one look alike."
            ),
            N_("Keep more photos aside for validation, or use folds."),
        ]
    if verdict == "holds up, untested elsewhere":
        return [
            N_("Photograph the same things elsewhere, in Capture: twenty photos are a test."),
            N_("Repeat it with five seeds: one run can be luck."),
        ]
    if verdict == "generalises":
        return [
            N_("Repeat it with five seeds: one run can be luck."),
            N_("Look at the photos that it still gets wrong, in Compare."),
        ]
    tries = _pretrained_layers_advice(recipe) + _regularisation_advice(recipe)
    if verdict == "never learned":
        tries = _learning_rate_advice(recipe) + tries
    if verdict == "overfit, and it shows":
        tries.append(N_("Add training photos from other places: nothing replaces them."))
    careful = N_("Add training photos from other places: the recipe itself is careful.")
    return tries[:4] or [careful]


def _pretrained_layers_advice(recipe: Recipe) -> list[str]:
    """Layers that carry pretrained knowledge, trained fast."""
    if recipe.weights == "none":
        return [N_("Start from pretrained weights: so few photos cannot teach a network to see.")]
    head = head_start(recipe.backbone, recipe.map_stride)
    firsts = [band.first for band in recipe.bands]
    fast = [band for band in recipe.bands if band.first < head and band.lr >= FAST_LR]
    if not fast:
        return []
    end = [*firsts[1:], None][firsts.index(fast[0].first)]
    layers = N_("layers from {first} on").format(first=fast[0].first)
    if end:
        layers = N_("layers {first} to {last}").format(first=fast[0].first, last=end - 1)
    told = N_(
        "Freeze {layers} (rate 0) or train them far slower than {rate:g}: they came with "
        "knowledge of a million photos, which fast steps on a few photos overwrite."
    )
    return [told.format(layers=layers, rate=fast[0].lr)]


def _regularisation_advice(recipe: Recipe) -> list[str]:
    tries = []
    if recipe.augment == Augment.disabled():
        tries.append(N_("Switch varied views on, so that no two epochs show the same photos."))
    drop = recipe.head.dropout if isinstance(recipe.head, ClassMapHead) else None
    if drop is not None and not any((drop.features, drop.class_map, drop.logits)):
        tries.append(N_("Switch dropout on, so that it cannot lean on a single detail."))
    return tries


def _learning_rate_advice(recipe: Recipe) -> list[str]:
    """Too fast, too slow, too short."""
    rates = [band.lr for band in recipe.bands if band.lr > 0]
    if rates and max(rates) > 10 * FAST_LR:
        return [
            N_("Lower every learning rate ten times: such steps leap over what there is to learn.")
        ]
    tries = [N_("Let the learning-rate finder suggest a rate.")]
    if recipe.planned_epochs() < 10:
        tries.append(N_("Train for longer: ten epochs at least."))
    return tries
