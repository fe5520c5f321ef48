"""core.store.query: the search box's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.errors import InputError
from core.store.annotations import annotate
from core.store.fields import RUN_FIELDS, differing_recipe_keys, schema_keys
from core.store.index import RunIndex
from core.store.query import FLAGS, QueryError, filter_rows, parse_query, vocabulary
from tests.factory import write_dataset, write_run


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    root = tmp_path_factory.mktemp("query")
    runs, dataset = root / "runs", write_dataset(root / "data")
    quick = write_run(runs, dataset, "quick")
    write_run(runs, dataset, "looks-good", minutes=1)
    write_run(runs, dataset, "quick", "failed", minutes=2, changes={"seed": 1})
    write_run(runs, dataset, "quick-bare", "queued", minutes=3)
    mixed = {"augment.mixup": 0.4, "augment.blur": None}
    write_run(runs, dataset, "quick", "running", minutes=4, changes=mixed | {"name": "mixed up"})
    annotate(quick, starred=True, add_tags=["class-3", "shown"], note="for Monday's lesson")
    return RunIndex(runs).rows()


def names(rows, query):
    return [
        f"{row.name}/{row.recipe['seed']}" for row in filter_rows(rows, query, vocabulary(rows))
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["mixed up/0", "quick-bare/0", "quick/1", "looks-good/0", "quick/0"]),
        ("QUICK", ["quick-bare/0", "quick/1", "quick/0"]),
        ("monday", ["quick/0"]),
        ('"mixed up"', ["mixed up/0"]),
        ("mixed up -looks", ["mixed up/0"]),
        ("verdict:generalises", ["quick/0"]),
        ("verdict:overfit", ["looks-good/0"]),
        ('verdict:"looks good"', ["looks-good/0"]),
        ("verdict:none", ["mixed up/0", "quick-bare/0", "quick/1"]),
        ("-verdict:none -verdict:gen", ["looks-good/0"]),
        ("objects>.6", ["quick/0"]),
        ("objects>60%", ["quick/0"]),
        ("objects>60", ["quick/0"]),
        ("objects<=.6", ["looks-good/0"]),
        ("tag:class-3", ["quick/0"]),
        ("tag:off is:done", ["looks-good/0"]),
        ("is:starred", ["quick/0"]),
        ("-is:starred is:done", ["looks-good/0"]),
        ("is:live", ["mixed up/0", "quick-bare/0"]),
        ("state:failed", ["quick/1"]),
        ("state:waiting", ["quick-bare/0"]),
        ("state:failed,queued", ["quick-bare/0", "quick/1"]),
        ("seed=0 name=quick", ["quick/0"]),
        ("name:quick seed!=0", ["quick/1"]),
        ("augment.mixup>0", ["mixed up/0"]),
        ("mixup>0", ["mixed up/0"]),
        ("blur:off name:mixed", ["mixed up/0"]),
        ("augment.blur.size=9", ["quick/1", "quick/0"]),
        ("lr>=1e-1", ["looks-good/0"]),
        ("lr=1e-1", ["looks-good/0"]),
        ("bands.1.lr<.002 is:done", ["quick/0"]),
        ("head.kind=class", []),
        ("head.kind:class is:starred", ["quick/0"]),
        ("started>2026-03-01T09:02", ["mixed up/0", "quick-bare/0", "quick/1"]),
        ("started:2026-03-01 is:failed", ["quick/1"]),
        ("test_difficult.primary>.9 test.primary>0", ["quick/0"]),
        ("took>1min", ["looks-good/0", "quick/0"]),
        ("head.width>3", []),
    ],
)
def test_queries(rows, query, found):
    assert names(rows, query) == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("lr<fast", "`lr<fast` needs a number, for example lr<1e-2"),
        ("objects>", "`objects>` needs a value, for example objects>60%"),
        ("seed:abc", "seed takes a number"),
        ("backbone<3", "backbone takes text, for example backbone:efficientnet_lite0"),
        ("learning:3", "is not a run key"),
        ("verdct:gen", "did you mean verdict?"),
        ("optimiser.name:sgd", "did you mean optimizer.name?"),
        ("size=9 p>1", "`p` matches several keys; use one of augment.blur.p, augment.cutout.p"),
        ("is:nice", "use is: followed by one of starred, live"),
        ("started>Monday", "needs a date, for example started>2026-03-01"),
        ("quick -", "excludes nothing"),
    ],
)
def test_what_is_not_understood_is_said_in_one_line_with_an_example(rows, query, words):
    with pytest.raises(QueryError) as error:
        filter_rows(rows, query, vocabulary(rows))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


PIECES = st.one_of(
    st.sampled_from(["quick", "-", '"', ":", "<", ">=", "!=", "=", " ", ",", "1e-2", "60%", "off"]),
    st.sampled_from(sorted(RUN_FIELDS) + sorted(schema_keys()) + [f"is:{flag}" for flag in FLAGS]),
    st.text(max_size=4),
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_any_text_is_answered_or_refused_in_words(rows, query):
    try:
        found = filter_rows(rows, query, vocabulary(rows))
    except InputError as error:
        refusal = str(error).replace(query, "")
        assert any(word in refusal for word in ("use", "needs", "takes", "mean", "try"))
    else:
        assert [row for row in rows if row in found] == found


TERMS = st.sampled_from(
    [
        "quick",
        "verdict:gen",
        "objects>.6",
        "is:starred",
        "seed=0",
        "mixup>0",
        "blur:off",
        "tag:shown",
    ]
)


@given(st.lists(TERMS, max_size=4), TERMS)
def test_terms_narrow_and_a_minus_takes_the_rest(rows, terms, last):
    known, query = vocabulary(rows), " ".join(terms)
    before = {row.id for row in filter_rows(rows, query, known)}
    held = {row.id for row in filter_rows(rows, f"{query} {last}", known)}
    others = {row.id for row in filter_rows(rows, f"-{last} {query}", known)}
    assert held | others == before
    assert not held & others


@given(st.floats(0, 1), st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
def test_numbers_compare_as_numbers(rows, number, sign):
    known = vocabulary(rows)
    found = {row.id for row in filter_rows(rows, f"objects{sign}{number:.6f}", known)}
    value = float(f"{number:.6f}")
    compare = {
        "<": lambda x: x < value,
        "<=": lambda x: x <= value,
        ">": lambda x: x > value,
        ">=": lambda x: x >= value,
        "=": lambda x: abs(x - value) < 1e-9,
        "!=": lambda x: abs(x - value) >= 1e-9,
    }[sign]
    for row in rows:
        score = row.field_values["objects"]
        assert (row.id in found) == (compare(score) if score is not None else sign == "!=")


def test_every_key_of_every_run_can_be_asked_for(rows):
    known = vocabulary(rows)
    for key in {key for row in rows for key in row.field_values}:
        assert parse_query(f"{key}:off", known)


def test_keys_and_their_commonest_values_are_suggested(rows):
    known = vocabulary(rows)
    assert list(known)[:3] == ["name", "verdict", "state"]
    assert set(known["verdict"].values) == {"generalises", "overfit that looks good"}
    assert known["tag"].values == ("class-3", "shown")
    assert known["augment.mixup"].numeric
    assert "augment.erase.p" in known


def test_the_columns_offered_are_recipe_keys_that_differ(rows):
    found = differing_recipe_keys(rows)
    assert {"augment.mixup", "augment.blur", "bands", "stages"} & set(found) >= {
        "augment.mixup",
        "augment.blur",
        "bands",
    }
    assert not {"backbone", "augment.blur.size", "bands.0.lr", "seed"} & set(found)
