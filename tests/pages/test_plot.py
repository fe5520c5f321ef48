"""Figures drawn by plotly.js's basic edition."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs_version
from streamlit.testing.v1 import AppTest

from core.charts import figure_json
from pages.widgets import plot
from tests.pages.conftest import APP, TIMEOUT

STATIC = APP.parent / "static"


def drawn(figure_type: str) -> AppTest:
    def page(figure_type):
        import plotly.graph_objects as go

        from core.charts import Table
        from pages.widgets import figure

        one = go.Scatter(y=[1]) if figure_type == "scatter" else go.Heatmap(z=[[1]])
        figure.show("key", go.Figure([one]), Table({"a": [1]}), "some words")

    return AppTest.from_function(page, args=(figure_type,), default_timeout=TIMEOUT).run()


def test_the_script_is_there_in_the_version_that_the_package_writes_for():
    named = re.search(r"app/static/(\S+?)\"", (APP.parent / "pages/widgets/plot.js").read_text())
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
        "data": [{"type": "scatter", "x": [1, 2], "y": [0.5, None]}], "layout": {"height": 90}
    }  # fmt: skip


def test_the_basic_edition_draws_what_is_given_to_it():
    (script,) = STATIC.glob("plotly-basic-*.js")
    for kind in plot.TRACES:
        assert f'name:"{kind}"' in re.sub(r"\s", "", script.read_text())


def test_what_it_cannot_draw_goes_to_streamlits_own():
    app = drawn("heatmap")
    assert len(app.get("plotly_chart")) == 1 and not app.get("bidi_component")
    app = drawn("scatter")
    assert len(app.get("bidi_component")) == 1 and not app.get("plotly_chart")


def test_a_camera_only_where_there_is_a_name_for_the_picture():
    assert plot.config("")["displayModeBar"] is False
    assert plot.config("a b/c")["toImageButtonOptions"]["filename"] == "a-b-c"
