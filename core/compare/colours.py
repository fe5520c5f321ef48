"""The colours of chosen items: each its own while there are enough that can be told apart; beyond
that, items that share something share a colour, and the page says what."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from statistics import fmean, quantiles

from core.base.language import N_, _, translate
from core.base.palette import GREY, MARKERS, RUN_COLOURS, SCALE, Marker, assign_markers
from core.compare.selection import item_colours
from core.recipe.difference import flat_recipe
from core.store.fields import SCORE_KEYS, field_info, field_text
from core.store.groups import Group, find_groups
from core.store.index import RunRow

MAX_COLOURS = len(RUN_COLOURS)  # items that can have a colour each
BY_ITEM, BY_RECIPE, BY_VERDICT = N_("individual"), N_("recipe"), N_("verdict")
NO_COLOUR = N_("no colour")
_NO_VERDICT, _NO_MAJORITY = N_("no verdict yet"), N_("no majority")
_BLUE, _AMBER, _GREEN, _PINK, _SKY, _RED, _OLIVE, _PURPLE = RUN_COLOURS
_VERDICT_COLOURS = {
    N_("generalises"): _GREEN,
    N_("holds up, untested elsewhere"): _OLIVE,
    N_("overfit that looks good"): _RED,
    N_("overfit, and it shows"): _AMBER,
    N_("never learned"): _PURPLE,
    N_("too little evidence"): _SKY,
    _NO_VERDICT: GREY,
}


@dataclass(frozen=True)
class ColourScheme:
    """name: what the colours tell, in English; `title` says it. colours: by item id. legend: words
    with their colour and mark; empty where each item has its own (or none has). marks: by item id,
    what parts those whose own colours are the same."""

    name: str
    colours: dict[str, str]
    legend: tuple[tuple[str, str, Marker], ...] = ()
    markers: dict[str, Marker] = field(default_factory=dict)

    def marker(self, id_: str) -> Marker:
        return self.markers.get(id_, MARKERS[0])

    @property
    def title(self) -> str:
        """A recipe's key stays as it is."""
        if self.name in (BY_ITEM, BY_RECIPE, BY_VERDICT, NO_COLOUR):
            return translate(self.name)
        return translate(field_info(self.name).title)


def colour_schemes(items: Sequence[Group], all_rows: Sequence[RunRow]) -> dict[str, ColourScheme]:
    """The ways to colour items, by name, the best first. all_rows: every run, newest first."""
    if len(items) <= MAX_COLOURS:
        colours = item_colours(items)
        return {BY_ITEM: ColourScheme(BY_ITEM, colours, (), assign_markers(colours))}
    found = [_by_recipe(items, all_rows), _by_verdict(items), *_by_scores(items), *_by_keys(items)]
    grey = ColourScheme(NO_COLOUR, {item.id: GREY for item in items})
    return {paint.name: paint for paint in [*found, grey] if paint is not None}


def _by_recipe(items: Sequence[Group], all_rows: Sequence[RunRow]) -> ColourScheme | None:
    """Repeats of one recipe share the colour of their group."""
    groups = find_groups(all_rows)
    of = {row.id: group for group in groups for row in group.members}
    own = {item.id: of[item.members[0].id] for item in items if item.members[0].id in of}
    different = {group.id: group for group in own.values()}
    if len(own) < len(items) or not 1 < len(different) <= MAX_COLOURS:
        return None
    colours = item_colours(list(different.values()))
    parted = assign_markers(colours)
    return ColourScheme(
        BY_RECIPE,
        {id_: colours[group.id] for id_, group in own.items()},
        tuple((group.title, colours[id_], parted[id_]) for id_, group in different.items()),
        {id_: parted[group.id] for id_, group in own.items()},
    )


def _by_verdict(items: Sequence[Group]) -> ColourScheme | None:
    words = {}
    for item in items:
        found = item.verdict_counts()
        words[item.id] = (found.majority or _NO_MAJORITY) if found else _NO_VERDICT
    if len(set(words.values())) < 2:
        return None
    colours = {word: _VERDICT_COLOURS.get(word, GREY) for word in dict.fromkeys(words.values())}
    return ColourScheme(
        BY_VERDICT,
        {id_: colours[word] for id_, word in words.items()},
        tuple((translate(word), c, MARKERS[0]) for word, c in colours.items()),
    )


def _by_scores(items: Sequence[Group]) -> list[ColourScheme]:
    """A scheme for each score that most items have, in steps that hold equally many."""
    found = []
    for key in SCORE_KEYS:
        numbers = {item.id: fmean(own) for item in items if (own := item.field_numbers(key))}
        if 2 * len(numbers) >= len(items) and len(set(numbers.values())) > 1:
            found.append(_in_steps(key, items, numbers))
    return found


def _in_steps(key: str, items: Sequence[Group], numbers: Mapping[str, float]) -> ColourScheme:
    """Numbers by item id as steps from dark to light; grey without one."""
    ends = quantiles(numbers.values(), n=len(SCALE), method="inclusive")
    steps = {id_: bisect_left(ends, value) for id_, value in numbers.items()}
    legend = []
    for step, colour in enumerate(SCALE):
        if inside := [value for id_, value in numbers.items() if steps[id_] == step]:
            low, high = field_text(key, min(inside)), field_text(key, max(inside))
            words = low if low == high else _("{low} to {high}", low=low, high=high)
            legend.append((words, colour, MARKERS[0]))
    colours = {item.id: SCALE[steps[item.id]] if item.id in steps else GREY for item in items}
    return ColourScheme(key, colours, tuple(legend))


def _by_keys(items: Sequence[Group]) -> list[ColourScheme]:
    """A paint for each recipe key with few enough values among the items."""
    recipes = {item.id: flat_recipe(item.members[0].recipe) for item in items}
    keys = dict.fromkeys(key for flat in recipes.values() for key in flat)
    found = []
    for key in keys:
        values = {id_: flat.get(key, "-") for id_, flat in recipes.items()}
        different = sorted(set(values.values()), key=_order)
        if key in ("name", "seed") or len(different) < 2:
            continue
        if len(different) > MAX_COLOURS:
            numbers = {id_: _order(value)[0] for id_, value in values.items()}
            if all(map(isfinite, numbers.values())):
                found.append(_in_steps(key, items, numbers))
            continue
        colours = dict(zip(different, RUN_COLOURS, strict=False))
        paint = {id_: colours[value] for id_, value in values.items()}
        found.append(
            ColourScheme(key, paint, tuple((v, c, MARKERS[0]) for v, c in colours.items()))
        )
    return found


def _order(value: str) -> tuple[float, str]:
    try:
        return float(value), ""
    except ValueError:
        return float("inf"), value
