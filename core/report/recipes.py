"""In which keys the recipes differ, and who has which value."""

from __future__ import annotations

from core.base.formatting import strip_weights_folder
from core.base.language import _, translate
from core.recipe.difference import recipe_difference
from core.report.markup import Markup, tag
from core.report.subject import Subject

_REPEAT_KEYS = ("seed", "split.fold")  # what the runs of a group differ in


def render_recipes(subject: Subject) -> Markup | None:
    """A row per key that differs, with each value and the letters of those that have it; None for
    one item."""
    known = [one for one in subject.entries if not one.item.members[0].problem]
    if len(known) < 2:
        return None
    frame = recipe_difference({one.letter: one.item.members[0].recipe for one in known})
    if any(one.item.repeats > 1 for one in known):
        frame = frame[~frame["key"].isin(_REPEAT_KEYS)]
    head = tag("h2", _("What differs in the recipes"))
    if frame.empty:
        return tag("section", head, tag("p", _("Nothing: they follow the same recipe.")))
    rows = []
    for row in frame.to_dict("records"):
        values: dict[str, list[Markup]] = {}
        for one in known:
            values.setdefault(strip_weights_folder(str(row[one.letter])), []).append(one.badge)
        lines = [tag("li", marks, " ", value) for value, marks in values.items()]
        cell = tag("td", tag("ul", lines, class_="values"))
        rows.append(tag("tr", tag("th", tag("code", str(row["key"])), scope="row"), cell))
    caption = _("Only keys that differ; off: not used; -: no such key there.")
    heads = tag("tr", [tag("th", translate(word), scope="col") for word in ("key", "value")])
    return tag(
        "section",
        head,
        tag("table", tag("caption", caption), tag("thead", heads), tag("tbody", rows)),
    )
