"""Every page in Japanese: in the link, through a step to another page, and in its texts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs.queue import Queue
from core.store.query import FLAGS
from pages.widgets.train.presets import DESCRIPTIONS
from tests.factory import write_run
from tests.pages.conftest import APP, TIMEOUT
from tests.pages.untranslated import untranslated

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


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_speaks_japanese(open_page, dataset, page):
    app = open_page(page, lang="ja")
    assert not app.exception
    found = untranslated(app, str(dataset.root.parent), "toy_books")
    assert not found, "\n".join(found)


def test_runs_in_every_state_speak_japanese(runs, dataset, open_page, no_worker):
    """The table of runs, the pages of a run and the worker's, with something to tell."""
    finished = write_run(runs, dataset, "quick", changes={"seed": 1})
    bad = write_run(runs, dataset, "looks-good", minutes=5)
    others = [
        write_run(runs, dataset, "quick", state, minutes=10 + place)
        for place, state in enumerate(("failed", "cancelled", "running", "queued"))
    ]
    Queue(runs).submit(others[-1].id)
    status = others[0].status()
    others[0].write_status(replace(status, error=others[0].lost_process_text(status)))
    names = (
        str(runs.parent),
        "quick",
        "looks-good",
        r"looks\-good",  # a page's title
        "toy_books",
        "test_difficult",
        "Overfit Lens",
        ", ".join(FLAGS),
        ":green[",
        ":red[",
        "blue",
        "red",
    )
    pages = [("runs", finished), ("worker", finished)]
    for page, run in pages + [("run", run) for run in (finished, bad, *others)]:
        app = open_page(page, run=run.id, lang="ja")
        assert not app.exception
        found = untranslated(app, *names)
        assert not found, "\n".join([f"{page}, {run.status().state}:", *found])


SECTIONS = ("Scores", "Curves", "Photos", "Confusion", "Layers", "Recipes")


def test_runs_side_by_side_speak_japanese(runs, dataset, open_page, no_worker):
    """Compare with its sections, of few runs and of many; CAMs and Try it."""
    made = [
        write_run(
            runs,
            dataset,
            "quick" if number % 2 else "looks-good",
            minutes=number,
            changes={"seed": number, "batch_size": 8 + number},
        )
        for number in range(11)
    ]
    ids = [run.id for run in made]
    names = (
        str(runs.parent),
        "quick-no-dropout",
        "quick",
        "looks-good",
        r"looks\-good",
        "toy_books",
        "test",
        "test_difficult",
        "batch_size",
        "batch size",
    )
    pages = [("compare", ids[:number], section) for number in (2, 11) for section in SECTIONS]
    for page, some, section in [*pages, ("cams", ids[:3], ""), ("try_it", ids[:2], "")]:
        link = {"section": section} if section else {}
        app = open_page(page, runs=",".join(some), lang="ja", **link)
        assert not app.exception
        found = untranslated(app, *names)
        assert not found, "\n".join([f"{page} {section} of {len(some)}:", *found])
        assert app.query_params.get("section", "Scores") == (section or "Scores")


def test_the_language_stays_with_the_visitor(runs, dataset):
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT).run()
    assert app.title[0].value == "Lesson"
    app.button(key="language.choice.ja").click().run()
    assert app.title[0].value == "レッスン"
    assert app.query_params["lang"] == "ja"


TRAIN_AND_DATA = (
    ("train", {"preset": "looks-good"}),
    ("train", {"preset": "article-success"}),
    ("train", {"preset": "keras-imagenet"}),
    ("train", {"preset": "quick", "with": '{"name":"two words","seed":7,"image_size":96}'}),
    ("train", {"preset": "atlantis"}),
    ("data", {"set": "train", "folds": "3"}),
    ("data", {"set": "test_difficult"}),
    ("data", {"set": "test_difficult", "photo": "img_0.jpg", "edit": "1"}),
    ("data", {"set": "train", "photo": "red/img_0.jpg"}),
    ("data", {"set": "test_difficult", "photo": "none.jpg"}),
    ("data", {"view": "upload"}),
    ("data", {"view": "add"}),
)


@pytest.mark.parametrize(("page", "link"), TRAIN_AND_DATA)
def test_train_and_data_speak_japanese(open_page, runs, dataset, page, link):
    write_run(runs, dataset)
    unlabelled = dataset.root / "labels.csv"
    unlabelled.write_text("\n".join(unlabelled.read_text("utf-8").splitlines()[:-1]), "utf-8")
    app = open_page(page, lang="ja", **link)
    assert not app.exception
    names = ("toy_books", "test_difficult", "two words", "Ctrl Z, Ctrl Y", *DESCRIPTIONS.values())
    found = untranslated(app, str(dataset.root), *names)
    assert not found, "\n".join(found)
