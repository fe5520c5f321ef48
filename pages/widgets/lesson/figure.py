"""The one picture of each step of the lesson."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from core.base.formatting import lr_text, percent
from core.base.language import _
from core.base.palette import lr_colour
from core.data.photos import jpeg_data_url
from core.lesson.figures import (
    LayerDrift,
    MaskedPhoto,
    PredictedPhoto,
    frozen_layer_count,
    loss_figure,
)
from core.lesson.pair import Pair, SeedSpread
from core.lesson.repairs import TOY_HEADING, Arm, arm_names, outcome_text, read_arms
from core.lesson.steps import validation_text
from pages.widgets.lesson import localisation_figure, navigation, runs
from pages.widgets.lesson.text import show_html, side_html
from pages.widgets.ui import plot

KEY = "lesson.picture"


def show(number: int, pair: Pair, large: bool, arm_key: str) -> None:
    """number: of the step, 1 to 7. Raises InputError when a picture cannot be made."""
    colours = runs.side_colours(pair)
    if number == 1:
        _validation_figure(pair, colours, large)
    elif number == 3:
        localisation_figure.show(
            f"{KEY}.gaze", runs.figure_data("gaze"), runs.figure_data("lifts"), colours
        )
    else:
        pictures: dict[int, Callable[[], str]] = {
            2: _test_set_figure,
            4: lambda: _occlusion_figure(colours),
            5: lambda: _layers(pair),
            6: lambda: _ablation_figure(arm_key),
            7: lambda: _recipe(pair),
        }
        show_html(pictures[number](), colours, large)


def _validation_figure(pair: Pair, colours: Mapping[str, str], large: bool) -> None:
    left, middle, chart = st.columns([3, 3, 5], gap="medium", vertical_alignment="center")
    for column, letter in ((left, "A"), (middle, "B")):
        right, loss = validation_text(pair, letter)
        with column:
            show_html(
                f'<div class="card"><div class="name">{side_html(letter)}</div>'
                f"<div>{escape(right)}</div><div>{escape(loss)}</div></div>",
                colours,
                large,
            )
            navigation.vote_button(letter)
    with chart:
        plot.show(f"{KEY}.losses", *loss_figure(pair))


def _test_set_figure() -> str:
    shoot: list[PredictedPhoto] = runs.figure_data("shoot")
    books: list[PredictedPhoto] = runs.figure_data("books")
    left = _photo_group(_("Validation photos (same shoot)"), shoot, 3)
    return f'<div class="beside">{left}{_photo_group(_("Books from elsewhere"), books, 4)}</div>'


def _photo_group(title: str, pictures: Sequence[PredictedPhoto], columns: int) -> str:
    return (
        f'<div><div class="group">{escape(title)}</div><div class="photos" '
        f'style="--count: {columns}">{"".join(map(_photo_figure, pictures))}</div></div>'
    )


def _photo_figure(photo: PredictedPhoto) -> str:
    truth = photo.truth or _("a book in none of the classes")
    said = "".join(
        f'<div>{side_html(letter)} <span class="mark {"right" if good else "wrong"}">'
        f"{'✓' if good else '✗'}</span> {escape(answer)}</div>"
        for letter, (answer, good) in photo.predictions.items()
    )
    return _image(photo.jpeg, truth, said)


def _image(jpeg: bytes, alt: str, caption: str) -> str:
    return (
        f'<figure><img alt="{escape(alt)}" src="{jpeg_data_url(jpeg)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _occlusion_figure(colours: Mapping[str, str]) -> str:
    titles = {
        "plain": _("Original"),
        "object": _("Books painted over"),
        "only_objects": _("Everything but the books painted over"),
    }
    found: list[MaskedPhoto] = runs.figure_data("painted")
    pictures = []
    for one in found:
        bars = "".join(
            _probability_bar(letter, colours[letter], *said) for letter, said in one.by_side.items()
        )
        title = titles[one.variant]
        pictures.append(
            f'<div><div class="group">{escape(title)}</div>{_image(one.jpeg, title, bars)}</div>'
        )
    note = escape(_("Bars: total probability of the books in the photo."))
    return f'<div class="trio">{"".join(pictures)}</div><p class="note">{note}</p>'


def _probability_bar(letter: str, colour: str, predicted: str, probability: float) -> str:
    fill = f"width: {100 * probability:.0f}%; background: {colour}"
    return (
        f'<div class="bar-row">{side_html(letter)}<span class="bar"><i style="{fill}"></i></span>'
        f"<span>{percent(probability)}</span></div>"
        f"<div>{escape(_('prediction: {answer}', answer=predicted))}</div>"
    )


def _layers(pair: Pair) -> str:
    moved: list[LayerDrift] = runs.figure_data("moved")
    frozen = frozen_layer_count(pair.b)
    lines = "".join(
        f'<div class="grid" style="bottom: {100 * value:.0f}%"><span>{value:g}</span></div>'
        for value in (0.0, 0.5, 1.0)
    )
    bars = "".join(
        f'<div class="layer" title="{escape(_layer_text(one))}">'
        + "".join(_layer_bar(letter, number) for letter, number in one.by_side.items())
        + "</div>"
        for one in moved
    )
    numbers = "".join(f"<span>{one.layer}</span>" for one in moved)
    front = sum(one.layer < frozen for one in moved)
    alt = "; ".join(map(_layer_text, moved))
    note = _("layers from input (left) to output; thin lines from the lowest to the highest run")
    return (
        f'<div class="layers" role="img" aria-label="{escape(alt)}">{lines}{bars}</div>'
        f'<div class="under" aria-hidden="true">{numbers}</div>'
        f'<div class="braces"><span style="flex: {front}">'
        f"{escape(_('frozen in B'))}</span>"
        f'<span style="flex: {len(moved) - front}">{escape(_("trained in both"))}</span></div>'
        f'<p class="note">{side_html("A")}, {side_html("B")}: {escape(note)}</p>'
    )


def _layer_bar(letter: str, number: SeedSpread) -> str:
    height = max(number.mean, 0.004)
    low, high = 100 * number.low / height, 100 * number.high / height
    spread = f'<i class="spread" style="bottom: {low:.0f}%; height: {high - low:.0f}%"></i>'
    return (
        f'<span style="height: {100 * height:.1f}%; background: var(--{letter.lower()})">'
        f"{spread if number.high - number.low > 0.005 else ''}</span>"
    )


def _layer_text(layer_drift: LayerDrift) -> str:
    values = ", ".join(
        f"{letter} {number.mean:.2f}" for letter, number in layer_drift.by_side.items()
    )
    return _(
        "layer {layer}, {name}: {values}",
        layer=layer_drift.layer,
        name=layer_drift.name,
        values=values,
    )


def _ablation_figure(arm_key: str) -> str:
    arms, names = read_arms(TOY_HEADING), arm_names()
    whole = arms.get("nothing")
    rows = "".join(_arm_row(arm, names[key], key == arm_key, whole) for key, arm in arms.items())
    note = escape(
        _(
            "Fraction of {set} classified correctly; dashed: the full recipe.",
            set=_("the books from elsewhere"),
        )
    )
    return f'<div role="list">{rows}</div><p class="note">{note}</p>'


def _arm_row(arm: Arm, name: str, is_selected: bool, baseline: Arm | None) -> str:
    seeds = _("{n} runs", n=arm.seeds)
    told = f"{outcome_text(arm.outcome)} ({seeds})" if arm.outcome else seeds
    mark = f'<u style="left: {100 * baseline.accuracy:.0f}%"></u>' if baseline else ""
    line = f"left: {100 * arm.low:.0f}%; width: {100 * (arm.high - arm.low):.0f}%"
    return (
        f'<div role="listitem" class="arm{" chosen" if is_selected else ""}">'
        f"<span>{escape(name)}</span>"
        f'<span class="track" aria-hidden="true">{mark}<i style="{line}"></i>'
        f'<b style="left: {100 * arm.accuracy:.0f}%"></b></span>'
        f"<span>{percent(arm.accuracy)}</span>"
        f'<span class="told">{escape(told)}</span></div>'
    )


def _recipe(pair: Pair) -> str:
    recipe = pair.a.shown_run.recipe()
    layers = [one.layer for one in runs.figure_data("moved")]
    firsts = [(band.first, band.lr) for band in recipe.bands]
    rates = [next(lr for first, lr in reversed(firsts) if first <= layer) for layer in layers]
    blocks = "".join(f'<span style="background: {lr_colour(lr)}"></span>' for lr in rates)
    keys = " &nbsp; ".join(
        f'<span><span class="key" style="background: {lr_colour(lr)}"></span>'
        f"{escape(_('layers from {first} on: {rate}', first=first, rate=lr_text(lr)))}</span>"
        for first, lr in firsts
    )
    score = ("sets", pair.set_name, "scores", "object", "value")
    now, goal = (side.summary_spread(*score).format_percent() for side in (pair.a, pair.b))
    words = escape(_("Learning rates of the recipe, layer by layer, from input to output"))
    return (
        f'<div class="group">{words}</div><div class="recipe" role="img" aria-label="{words}">'
        f'{blocks}</div><p>{keys}</p><div class="group">'
        f"{escape(_('Accuracy on books from elsewhere'))}: {side_html('A')} {now}, "
        f"{side_html('B')} {goal}</div>"
    )
