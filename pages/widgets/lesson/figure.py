"""The one picture of each step of the lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from core.base.formatting import percent, rate
from core.base.language import _
from core.base.palette import rate_colour
from core.data.photos import jpeg_url
from core.lesson.curves import loss_chart
from core.lesson.elsewhere_figure import Seen
from core.lesson.layers import Moved, frozen_layers
from core.lesson.occlusion_figure import Painted
from core.lesson.pair import Pair
from core.lesson.repair_words import arm_names, difference_words
from core.lesson.repairs import TOY, Arm, read_arms
from core.lesson.seed_spread import Measured
from core.lesson.steps import validation_words
from pages.widgets.lesson import localisation_figure, runs, vote
from pages.widgets.lesson.text import box, side_name
from pages.widgets.ui import live_chart

KEY = "lesson.picture"


def show(number: int, pair: Pair, large: bool, without: str) -> None:
    """number: of the step, 1 to 7. Raises InputError when a picture cannot be made."""
    colours = runs.colours(pair)
    if number == 1:
        _ship(pair, colours, large)
    elif number == 3:
        localisation_figure.show(f"{KEY}.gaze", runs.made("gaze"), runs.made("lifts"), colours)
    else:
        pictures: dict[int, Callable[[], str]] = {
            2: _elsewhere,
            4: lambda: _painted(colours),
            5: lambda: _layers(pair),
            6: lambda: _repairs(without),
            7: lambda: _recipe(pair),
        }
        box(pictures[number](), colours, large)


def _ship(pair: Pair, colours: Mapping[str, str], large: bool) -> None:
    left, middle, chart = st.columns([3, 3, 5], gap="medium", vertical_alignment="center")
    for column, letter in ((left, "A"), (middle, "B")):
        right, loss = validation_words(pair, letter)
        with column:
            box(
                f'<div class="card"><div class="name">{side_name(letter)}</div>'
                f"<div>{escape(right)}</div><div>{escape(loss)}</div></div>",
                colours,
                large,
            )
            vote.button(letter)
    with chart:
        live_chart.show(f"{KEY}.losses", loss_chart(pair, colours))


def _elsewhere() -> str:
    shoot: list[Seen] = runs.made("shoot")
    books: list[Seen] = runs.made("books")
    left = _seen(_("Validation photos, of the shoot"), shoot, 3)
    return f'<div class="beside">{left}{_seen(_("Books from elsewhere"), books, 4)}</div>'


def _seen(title: str, pictures: Sequence[Seen], columns: int) -> str:
    return (
        f'<div><div class="group">{escape(title)}</div><div class="photos" '
        f'style="--count: {columns}">{"".join(map(_figure, pictures))}</div></div>'
    )


def _figure(seen: Seen) -> str:
    truth = seen.truth or _("a book of no class")
    said = "".join(
        f'<div>{side_name(letter)} <span class="mark {"right" if good else "wrong"}">'
        f"{'✓' if good else '✗'}</span> {escape(answer)}</div>"
        for letter, (answer, good) in seen.answers.items()
    )
    return _image(seen.jpeg, truth, said)


def _image(jpeg: bytes, alt: str, caption: str) -> str:
    return (
        f'<figure><img alt="{escape(alt)}" src="{jpeg_url(jpeg)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _painted(colours: Mapping[str, str]) -> str:
    titles = {
        "plain": _("As it is"),
        "object": _("Books painted over"),
        "only_objects": _("All but the books painted over"),
    }
    found: list[Painted] = runs.made("painted")
    pictures = []
    for one in found:
        bars = "".join(
            _chance_bar(letter, colours[letter], *said) for letter, said in one.by_side.items()
        )
        title = titles[one.variant]
        pictures.append(
            f'<div><div class="group">{escape(title)}</div>{_image(one.jpeg, title, bars)}</div>'
        )
    note = escape(_("Bars: probability of the books in the photo, all together."))
    return f'<div class="trio">{"".join(pictures)}</div><p class="note">{note}</p>'


def _chance_bar(letter: str, colour: str, answer: str, chance: float) -> str:
    fill = f"width: {100 * chance:.0f}%; background: {colour}"
    return (
        f'<div class="bar-row">{side_name(letter)}<span class="bar"><i style="{fill}"></i></span>'
        f"<span>{percent(chance)}</span></div>"
        f"<div>{escape(_('says: {answer}', answer=answer))}</div>"
    )


def _layers(pair: Pair) -> str:
    moved: list[Moved] = runs.made("moved")
    frozen = frozen_layers(pair.b)
    lines = "".join(
        f'<div class="grid" style="bottom: {100 * value:.0f}%"><span>{value:g}</span></div>'
        for value in (0.0, 0.5, 1.0)
    )
    bars = "".join(
        f'<div class="layer" title="{escape(_layer_words(one))}">'
        + "".join(_layer_bar(letter, number) for letter, number in one.by_side.items())
        + "</div>"
        for one in moved
    )
    numbers = "".join(f"<span>{one.layer}</span>" for one in moved)
    front = sum(one.layer < frozen for one in moved)
    alt = "; ".join(map(_layer_words, moved))
    note = _(
        "layers from the photo (left) to the answer; thin lines from the lowest to the "
        "highest training"
    )
    return (
        f'<div class="layers" role="img" aria-label="{escape(alt)}">{lines}{bars}</div>'
        f'<div class="under" aria-hidden="true">{numbers}</div>'
        f'<div class="braces"><span style="flex: {front}">'
        f"{escape(_('frozen in B'))}</span>"
        f'<span style="flex: {len(moved) - front}">{escape(_("trained in both"))}</span></div>'
        f'<p class="note">{side_name("A")}, {side_name("B")}: {escape(note)}</p>'
    )


def _layer_bar(letter: str, number: Measured) -> str:
    height = max(number.mean, 0.004)
    low, high = 100 * number.low / height, 100 * number.high / height
    spread = f'<i class="spread" style="bottom: {low:.0f}%; height: {high - low:.0f}%"></i>'
    return (
        f'<span style="height: {100 * height:.1f}%; background: var(--{letter.lower()})">'
        f"{spread if number.high - number.low > 0.005 else ''}</span>"
    )


def _layer_words(one: Moved) -> str:
    values = ", ".join(f"{letter} {number.mean:.2f}" for letter, number in one.by_side.items())
    return _("layer {layer}, {name}: {values}", layer=one.layer, name=one.name, values=values)


def _repairs(without: str) -> str:
    arms, names = read_arms(TOY), arm_names()
    whole = arms.get("nothing")
    rows = "".join(_arm(arm, names[key], key == without, whole) for key, arm in arms.items())
    note = escape(
        _(
            "Share of {set} named right; dashed: the whole recipe.",
            set=_("the books from elsewhere"),
        )
    )
    return f'<div role="list">{rows}</div><p class="note">{note}</p>'


def _arm(arm: Arm, name: str, chosen: bool, whole: Arm | None) -> str:
    seeds = _("{n} trainings", n=arm.seeds)
    told = f"{difference_words(arm.told)} ({seeds})" if arm.told else seeds
    mark = f'<u style="left: {100 * whole.right:.0f}%"></u>' if whole else ""
    line = f"left: {100 * arm.low:.0f}%; width: {100 * (arm.high - arm.low):.0f}%"
    return (
        f'<div role="listitem" class="arm{" chosen" if chosen else ""}"><span>{escape(name)}</span>'
        f'<span class="track" aria-hidden="true">{mark}<i style="{line}"></i>'
        f'<b style="left: {100 * arm.right:.0f}%"></b></span><span>{percent(arm.right)}</span>'
        f'<span class="told">{escape(told)}</span></div>'
    )


def _recipe(pair: Pair) -> str:
    recipe = pair.a.shown.recipe()
    layers = [one.layer for one in runs.made("moved")]
    firsts = [(band.first, band.lr) for band in recipe.bands]
    rates = [next(lr for first, lr in reversed(firsts) if first <= layer) for layer in layers]
    blocks = "".join(f'<span style="background: {rate_colour(lr)}"></span>' for lr in rates)
    keys = " &nbsp; ".join(
        f'<span><span class="key" style="background: {rate_colour(lr)}"></span>'
        f"{escape(_('layers from {first} on: {rate}', first=first, rate=rate(lr)))}</span>"
        for first, lr in firsts
    )
    score = ("sets", pair.set_name, "scores", "object", "value")
    now, goal = (side.summary(*score).percent() for side in (pair.a, pair.b))
    words = escape(_("Learning rates of the recipe, layer by layer, from the photo to the answer"))
    return (
        f'<div class="group">{words}</div><div class="recipe" role="img" aria-label="{words}">'
        f'{blocks}</div><p>{keys}</p><div class="group">'
        f"{escape(_('Books from elsewhere named right'))}: {side_name('A')} {now}, "
        f"{side_name('B')} {goal}</div>"
    )
