"""Figures drawn by plotly.js's basic edition."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs_version
from streamlit.testing.v1 import AppTest

from core.base.palette import DARK_MODE_COLOURS, GREY, RUN_COLOURS
from core.plots.figures import figure_json
from tests.conftest import ROOT
from tests.pages.conftest import TIMEOUT

STATIC = ROOT / "static"


def test_the_script_is_there_in_the_version_that_the_package_writes_for():
    named = re.search(r"app/static/(\S+?)\"", (ROOT / "pages/widgets/ui/plot.js").read_text())
    assert named is not None
    script = STATIC / named[1]
    assert f"plotly.js (basic - minified) v{get_plotlyjs_version()}" in script.read_text()[:200]
    assert get_plotlyjs_version() in script.name
    assert "MIT" in (STATIC / "plotly-LICENSE.txt").read_text()


def test_the_browser_is_told_to_compile_it_at_once():
    (script,) = STATIC.glob("plotly-basic-*.js")
    assert 'typeof self !== "undefined" ? self : this, (() => {' in script.read_text()[:600]


def test_a_figure_goes_to_the_browser_without_plotlys_template():
    figure = go.Figure([go.Scatter(x=[1, 2], y=[0.5, float("nan")])], {"height": 90})
    assert json.loads(figure_json(figure)) == {
        "data": [{"type": "scatter", "x": [1, 2], "y": [0.5, None]}],
        "layout": {"height": 90},
    }


def test_the_basic_edition_draws_what_core_gives_to_it():
    used = {
        kind.lower()
        for path in (ROOT / "core").rglob("*.py")
        for kind in re.findall(r"go\.([A-Z]\w+)\(\n|\"type\": \"(scatter|bar)\"", path.read_text())
        for kind in kind
        if kind and kind != "Figure"
    }
    (script,) = STATIC.glob("plotly-basic-*.js")
    assert used == {"scatter", "bar"}
    for kind in used:
        assert f'name:"{kind}"' in re.sub(r"\s", "", script.read_text())


def test_a_camera_stands_above_the_figure_and_only_where_there_is_a_name_for_the_picture(runs):
    def page(picture):
        import plotly.graph_objects as go

        from pages.widgets.ui import plot

        plot.show("key", go.Figure([go.Scatter(y=[1])]), "some words", picture)

    def sent(picture: str) -> dict[str, str]:
        app = AppTest.from_function(page, args=(picture,), default_timeout=TIMEOUT).run()
        return json.loads(app.get("bidi_component")[0].proto.json)

    assert sent("")["picture"] == ""
    assert sent("a b/c")["picture"] == "a-b-c"
    script = (ROOT / "pages/widgets/ui/plot.js").read_text()
    assert "displayModeBar: false" in script  # Plotly's own covers what is drawn


def test_every_colour_of_ours_has_another_on_dark_pages(runs):
    assert set(DARK_MODE_COLOURS) == {*RUN_COLOURS, GREY} and not set(DARK_MODE_COLOURS) & set(
        DARK_MODE_COLOURS.values()
    )
