"""The hosted demo on its pages: two visitors, and neither reaches the other's run by any link, id
or import; what is closed says so; what a visitor launches is found again under their key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.base import demo_mode
from core.hosting import limits
from core.jobs import local
from core.jobs.queue import Queue
from core.recipe.files import recipe_yaml
from core.store.annotations import annotate
from core.store.groups import find_groups
from core.store.index import RunIndex
from core.store.run import Run, find_runs, open_run
from core.store.trash import delete_runs
from core.store.visitors import new_key, visitor_dir
from pages import settings
from pages.widgets.shared import access
from tests.conftest import ROOT, fixed_clock
from tests.factory import write_example, write_run
from tests.pages.conftest import APP, TIMEOUT, visible_text

PAGES = (
    "lesson",
    "train",
    "data",
    "runs",
    "run",
    "compare",
    "cams",
    "challenge",
    "try_it",
    "capture",
    "search",
    "worker",
)
SECRET = "zebra-7731"
# What a link may say, on whichever page.
PARAMETERS = {
    "again",
    "against",
    "axis",
    "box",
    "by",
    "cell",
    "class",
    "colour",
    "columns",
    "data",
    "edit",
    "evidence",
    "file",
    "find",
    "folds",
    "from",
    "group",
    "groups",
    "key",
    "keys",
    "lang",
    "log",
    "only",
    "page",
    "photo",
    "photos",
    "preset",
    "q",
    "recipe",
    "run",
    "runs",
    "search",
    "section",
    "seeds",
    "set",
    "show",
    "smooth",
    "split",
    "step",
    "teach",
    "view",
    "vote",
    "with",
    "without",
}


@pytest.fixture
def hosted(runs, dataset, tmp_path, monkeypatch) -> Path:
    """A demo on the tiny photos, with an example; the house, where no worker starts."""
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    monkeypatch.setenv("OVERFIT_LENS_EXAMPLES", str(tmp_path / "examples"))
    monkeypatch.setattr(settings, "datasets_dir", lambda: tmp_path / "dataset")
    monkeypatch.setattr(limits, "DEMO_DATASET", dataset.root.resolve())
    monkeypatch.setattr(local, "ensure_worker", lambda runs_dir, wait_seconds=0: None)
    write_example(tmp_path / "examples", dataset, "quick-s0")
    return runs


@pytest.fixture
def other_visitor(hosted, dataset) -> tuple[str, Run, str]:
    """Somebody's key, a finished run of theirs with a secret in it, and the id of its group; and
    one in their trash, one that waits in the queue."""
    key = new_key()
    folder = visitor_dir(hosted, key)
    run, twin = (
        write_run(folder, dataset, changes={"name": SECRET, "seed": seed}) for seed in (0, 1)
    )
    for each in (run, twin):
        annotate(each, note=f"{SECRET} note", add_tags=[f"{SECRET}-tag"])
    deleted = write_run(folder, dataset, changes={"name": SECRET, "seed": 2}, minutes=1)
    delete_runs(folder, [deleted.id], fixed_clock)
    waiting = write_run(folder, dataset, state="queued", changes={"name": SECRET}, minutes=2)
    Queue(folder).submit(waiting.id)
    return key, run, next(g.id for g in find_groups(RunIndex(folder).rows()) if len(g.members) > 1)


def visit(page: str, /, key: str = "", **link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    app.switch_page(f"{page}.py")
    for name, value in (link | ({"key": key} if key else {})).items():
        app.query_params[name] = value
    return app.run()


def sent_content(app: AppTest) -> str:
    """All that was sent to the browser, but for what it said itself."""

    def nodes(block: Any) -> Iterator[str]:
        for child in getattr(block, "children", {}).values():
            yield str(getattr(child, "proto", ""))
            yield from nodes(child)

    return "\n".join(nodes(app._tree))


# --- nobody reaches another's run -----------------------------------------------------------------


def test_the_list_of_parameters_is_whole():
    """A new parameter of a link is to be tried below, too."""
    files = [path for path in (ROOT / "pages").rglob("*") if path.suffix in (".py", ".js")]
    code = "\n".join(path.read_text("utf-8") for path in files)
    found = set(re.findall(r'query_params(?:\.(?:get|pop|get_all))?[([]"(\w+)"', code))
    found |= set(re.findall(r'key="(\w+)",\s*bind="query-params"', code))
    found |= set(re.findall(r'"(\w+)" (?:not )?in st\.query_params', code))
    found |= {access.KEY_PARAM}
    assert found <= PARAMETERS, found - PARAMETERS
    assert {"run", "runs", "groups", "again", "q", "key"} <= PARAMETERS


@pytest.mark.parametrize("page", PAGES)
def test_no_link_shows_another_visitors_run(hosted, other_visitor, page):
    """Whatever the link names: ids, paths to them, the folder's name for a key."""
    key, run, group = other_visitor
    folder = visitor_dir(hosted, key).name
    spellings = (
        run.id,
        group,
        f".visitors/{folder}/{run.id}",
        f"../{folder}/{run.id}",
        str(run.path),
    )
    for number, value in enumerate(spellings):
        guess = [folder, new_key(), key[:-1] + ("A" if key[-1] != "A" else "B"), "", value][number]
        names = sorted(PARAMETERS - {"key"})
        app = visit(page, key=guess, **dict.fromkeys(names, value))
        assert not app.exception
        shown = sent_content(app).replace(run.id, "")  # the page may say what was asked for
        assert SECRET not in shown, f"{page} {value}"
        assert "note" not in visible_text(app) or f"{SECRET} note" not in visible_text(app)
    for name, value in (
        ("run", run.id),
        ("runs", run.id),
        ("runs", group),
        ("groups", group),
        ("again", run.id),
        ("photos", run.id),
        ("against", run.id),
        ("q", run.id),
        ("q", SECRET),
    ):
        app = visit(page, **{name: value})
        assert not app.exception
        shown = sent_content(app).replace(run.id, "")
        if value != SECRET:
            assert SECRET not in shown, f"{page} {name}={value}"
        else:
            assert f"{SECRET} note" not in shown and f"{SECRET}-tag" not in shown


@pytest.mark.parametrize("page", ["runs", "run", "compare", "cams"])
def test_with_the_key_it_is_found(hosted, other_visitor, page):
    """What the test above looks for can be seen by those who may."""
    key, run, _ = other_visitor
    link = {"compare": {"runs": run.id}, "cams": {"runs": run.id}}.get(page, {"run": run.id})
    app = visit(page, key=key, **link)
    assert not app.exception
    assert SECRET in sent_content(app).replace(run.id, "")
    assert app.query_params["key"] == key


def test_the_queue_names_nobodys_run(hosted, other_visitor):
    app = visit("worker")
    assert "Runs in the demo's queue: 1. None is yours." in visible_text(app)
    assert SECRET not in sent_content(app)
    assert str(hosted) not in sent_content(app)
    assert "Your run is first of 1" in visible_text(visit("worker", key=other_visitor[0]))


def test_a_session_keeps_its_key_and_another_has_another(hosted):
    first, second = visit("runs"), visit("runs")
    keys = [app.session_state[settings.VISITOR_STATE_KEY] for app in (first, second)]
    assert keys[0] != keys[1]
    assert first.switch_page("train.py").run().session_state[settings.VISITOR_STATE_KEY] == keys[0]
    assert list(hosted.glob(".visitors/*")) == []  # to look makes no folder


def test_an_unknown_key_is_said_and_not_taken(hosted, other_visitor):
    for wrong in (
        new_key(),
        "short",
        visitor_dir(hosted, other_visitor[0]).name,
        "../" * 10 + "ab",
    ):
        app = visit("runs", key=wrong)
        assert "No runs found for this link" in visible_text(app)
        assert app.session_state[settings.VISITOR_STATE_KEY] != wrong
        assert "key" not in app.query_params


def test_nothing_of_a_run_is_imported_by_its_id_or_recipe(hosted, other_visitor):
    """A recipe travels in the link: that of another's run is not to be had by its id."""
    _, run, _ = other_visitor
    app = visit("train", again=run.id)
    assert SECRET not in app.text_input(key="train.quick.name.0").value
    assert "no such run" in visible_text(app)
    assert SECRET in recipe_yaml(run.recipe())


# --- what is launched is found again --------------------------------------------------------------


def test_a_launched_run_is_ones_own_and_its_link_has_the_key(hosted, other_visitor):
    app = visit("train")
    assert limits.limits_text() in visible_text(app)
    app.button(key="train.go").click().run()
    assert not app.exception and not app.error
    key = app.query_params["key"]
    assert key == app.session_state[settings.VISITOR_STATE_KEY]
    (run,) = find_runs(visitor_dir(hosted, key))
    app.button(key="train.go").click().run()
    assert "One run at a time" in visible_text(app)
    app.switch_page("runs.py").run()
    assert app.query_params["key"] == key
    assert "leads back to your runs" in visible_text(app)
    assert "Your run is number 2 of 2" in visible_text(app)
    again = visit("run", key=key, run=run.id)
    assert not again.exception and "was not found here" not in visible_text(again)
    other = visit("run", run=run.id)
    assert "was not found here" in visible_text(other)
    assert open_run(visitor_dir(hosted, key), run.id).recipe().name == "quick"


def test_no_key_is_logged_or_written(hosted, other_visitor, caplog, capfd):
    key = other_visitor[0]
    for page in PAGES:
        visit(page, key=key)
    out, err = capfd.readouterr()
    assert key not in out + err + caplog.text
    for path in hosted.rglob("*"):
        assert key not in str(path)
        if path.is_file():
            assert key.encode() not in path.read_bytes()


# --- what is closed -------------------------------------------------------------------------------


def test_beyond_the_limits_the_button_is_off_and_why(hosted):
    app = visit("train")
    app.number_input(key="train.quick.image_size.0").set_value(256).run()
    assert app.button(key="train.go").disabled
    assert "photos of at most 224 pixels, not 256" in visible_text(app).replace("\\", "")


@pytest.mark.parametrize(
    ("page", "act", "link"),
    [
        ("train", "preview", {}),
        ("train", "recipe_file", {}),
        ("data", "label", {}),
        ("data", "upload", {"view": "upload"}),
        ("data", "upload", {"view": "add"}),
        ("try_it", "photo", {}),
        ("challenge", "challenge", {}),
        ("worker", "worker", {}),
    ],
)
def test_what_is_closed_says_so_where_it_would_be(hosted, page, act, link):
    app = visit(page, **link)
    assert not app.exception
    assert demo_mode.blocked_reason(act) in visible_text(app)


def test_the_challenge_sends_nobody_to_more_seeds_than_one(hosted):
    link = visit("challenge").get("page_link")[0].proto
    assert link.label == "Open the failing recipe on Train"
    assert "seeds" not in link.query_string


def test_there_is_no_field_for_a_file_or_a_path(hosted):
    for page in PAGES:
        app = visit(page, view="upload", **{"from": "file"})
        shown = sent_content(app)
        for control in ("upload_urls", "max_upload_size_mb", "image_file"):
            assert control not in shown, f"{page}: {control}"
        fields = [box for box in app.selectbox if box.proto.accept_new_options]
        assert not [box.label for box in fields if "lr" not in box.key], page  # rates are typed


def test_the_label_editor_saves_nothing(hosted, dataset):
    app = visit("data", data="toy_books", set="test", photo="img_0.jpg", edit="1")
    assert not app.exception
    assert '"editable": true' not in sent_content(app)


def test_with_training_off_train_says_so(hosted, monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_TRAINING", "off")
    app = visit("train")
    assert "Training is off in this demo" in visible_text(app)
    assert app.button(key="train.go").disabled
    assert list(hosted.glob(".visitors/*")) == []


def test_a_mistyped_mode_opens_nothing(hosted, monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_MODE", "dmeo")
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT).run()
    assert "OVERFIT_LENS_MODE=dmeo" in visible_text(app).replace("\\", "")
    assert not app.title
