"""core.plots.ranked_scores: many items as columns of dots."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.base.palette import MARKERS
from core.compare.colours import BY_RECIPE, ColourScheme
from core.compare.selection import selectable_items
from core.plots.ranked_scores import ranked_columns, ranked_scores
from core.store.index import RunIndex
from core.store.run import open_run
from tests.factory import write_dataset, write_run


@pytest.fixture(scope="module")
def ranked_figure(tmp_path_factory):
    """The items, worst on the difficult objects first, and their figure."""
    root = tmp_path_factory.mktemp("ranked")
    dataset = write_dataset(root / "data")
    for number, looks in enumerate((0.1, 0.9, 0.5)):
        write_run(
            root / "runs",
            dataset,
            changes={"batch_size": 8 + number},
            minutes=number,
            object_evidence=looks,
        )
    rows = RunIndex(root / "runs").rows()
    items = selectable_items(rows)
    controls = {row.id: open_run(root / "runs", row.id).controls() for row in rows}
    columns = ranked_columns(items, controls)
    paint = ColourScheme(
        BY_RECIPE,
        {item.id: f"#00000{place}" for place, item in enumerate(items)},
        (),
        {items[2].id: MARKERS[1]},
    )
    return [items[0], items[2], items[1]], columns, ranked_scores(columns, paint)


def test_rows_are_in_the_order_of_the_difficult_objects(ranked_figure):
    items, columns, figure = ranked_figure
    assert [column.title for column in columns] == [
        "validation",
        "test<br>most prominent object",
        "test_difficult<br>objects cut out",
        "test_difficult<br>lift",
    ]
    titles = [item.title for item in items]
    assert list(figure.layout.yaxis.ticktext) == titles  # from below
    for trace in figure.data:
        at = {name: y for (name, _), y in zip(trace.customdata, trace.y, strict=True)}
        assert [at[title] for title in titles] == [0, 1, 2]
        looks = dict(zip(trace.y, trace.marker.symbol, strict=True))
        assert [looks[place] for place in range(3)] == ["circle", MARKERS[1].symbol, "circle"]


def test_each_column_has_its_axis_beside_the_others_and_a_line_at_the_constant_answer(
    ranked_figure,
):
    _, columns, figure = ranked_figure
    names = [trace.xaxis for trace in figure.data]
    assert names == ["x", "x2", "x3", "x4"]
    places = [figure.layout[name.replace("x", "xaxis")].domain for name in names]
    assert places[0][0] == 0 and places[-1][1] == 1
    assert all(left[1] < right[0] for left, right in pairwise(places))
    lines = {line.xref: line.x0 for line in figure.layout.shapes}
    constants = {name: column.rows["constant"].iloc[0] for name, column in zip(names, columns)}
    assert lines == {name: pytest.approx(value) for name, value in constants.items()}
