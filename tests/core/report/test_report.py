"""What a report says, and what it may not hold."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core import __version__
from core.base import language as words
from core.base.errors import InputError
from core.base.palette import RUN_COLOURS
from core.data.dataset import read_dataset
from core.recipe.files import load_recipe, parse_changes
from core.report import contrast, figures
from core.report.page import problem_page, render_report
from core.report.subject import ReportEntry
from core.store.annotations import annotate
from core.store.groups import Group
from tests.core.report.conftest import DAY
from tests.core.report.html_page import Page
from tests.factory import write_dataset, write_run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
SECTIONS = [
    "Verdicts",
    "Differences",
    "Scores",
    "Training curves",
    "Where they look",
    "How we know",
    "Recipe differences",
    "How to reproduce",
    "Glossary",
]


@pytest.fixture
def four_runs(runs, tiny):
    """Two seeds each of a run that generalises and of one that only looks good: two groups."""
    for minutes, (preset, seed) in enumerate(
        [("quick", 0), ("quick", 1), ("looks-good", 0), ("looks-good", 1)]
    ):
        write_run(runs, tiny, preset, minutes=minutes, changes={"seed": seed})
    return runs


def sections(page: Page) -> list[str]:
    return [heading for heading in page.headings if heading in SECTIONS]


def test_the_sections_stand_in_the_order_in_which_they_are_read(four_runs, report):
    page = Page(report())
    assert page.headings[0] == "Overfit Lens: quick, 2 seeds vs. looks-good, 2 seeds"
    assert sections(page) == SECTIONS
    assert "Created on 2026-03-02" in page.text
    assert "compares 2 recipes (4 runs in total) trained on tiny" in page.text
    assert "generalises, 2 of 2" in page.text
    assert "overfit that looks good, 2 of 2" in page.text
    assert "Rule that fired in 2 runs: a test set is bad, validation fine" in page.text
    assert "test_difficult (objects cut out)" in page.text
    assert f"Created by Overfit Lens {__version__}" in page.text


def test_it_is_one_small_file_that_fetches_and_runs_nothing(four_runs, report):
    html = report()
    page = Page(html)
    assert len(html.encode()) < 3_000_000
    names = {name for name, _ in page.tags}
    assert not names & {"script", "iframe", "object", "embed", "link", "form", "a", "base"}
    for name, attributes in page.tags:
        for key, value in attributes.items():
            assert not key.startswith("on"), (name, key)
            if key in ("src", "href", "action", "data"):
                assert value.startswith("data:image/jpeg;base64,")
    assert "@import" not in html
    assert "url(" not in html
    assert not re.search(r"(https?:)?//[a-z]", re.sub(r"base64,[^\"]+", "", html))
    policy = next(
        m for m in page.elements("meta") if m.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy["content"].startswith("default-src 'none'")


def test_every_picture_decodes_and_is_told_in_words(four_runs, report):
    page = Page(report())
    rows = 6 * 3  # photos, each plain and as two items see it
    assert len(page.pictures()) >= rows
    for attributes, picture in zip(page.elements("img"), page.pictures(), strict=True):
        assert len(attributes["alt"]) > 10
        assert (int(attributes["width"]), int(attributes["height"])) == picture.size
    plots = [svg for svg in page.elements("svg") if svg.get("role") == "img"]
    assert len(plots) == 1 + 4 + 2  # easy to difficult; three sets and lift; two curves
    assert len(page.elements("title")) == 1 + len(plots)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)


def test_figures_have_the_pages_colours_and_font(four_runs, report):
    """Else they would be black on black in the dark."""
    for drawing in re.findall(r"<svg.*?</svg>", report(), re.DOTALL):
        assert "var(--ink)" in drawing or "var(--soft)" in drawing
        assert not re.search(r": #[0-9a-f]{6}", re.sub(r"light-dark\([^)]*\)", "", drawing))
        assert "font-family" not in drawing and "font:" not in drawing


def test_names_in_figures_stay_text():
    """A test set may have any name that a folder may have."""
    group = Group("a", "a", ())
    row = {"run": "a", "title": "$x$ <b>\x00", "value": 0.5, "low": 0.4, "high": 0.6}
    row |= {"constant": 0.2, "frozen": None, "untrained": None, "words": "50%", "members": [0.5]}
    entry = ReportEntry(group, "A", RUN_COLOURS[0])
    drawn = figures.score_dots("<set>", pd.DataFrame([row]), [entry])
    assert ">$x$ &lt;b&gt;\ufffd</text>" in drawn.body


def test_words_of_figures_need_no_font_here(four_runs, report):
    """Japanese is drawn by the reader's fonts, and is text."""
    with words.use_language("ja"):
        html = report()
    assert ">エポック</text>" in html and ">正解率</text>" in html


def test_pictures_that_differ_most_are_chosen(four_runs, report, tiny):
    page = Page(report())
    assert (
        "The 6 of 6 photos of test_difficult with the largest" not in page.text
    )  # one shows nothing
    assert "The 5 of 6 photos of test_difficult with the largest differences" in page.text
    assert "1 more photo is not shown." in page.text
    alts = " ".join(attributes["alt"] for attributes in page.elements("img"))
    assert "Evidence for blue in img_" in alts
    shares = [int(found) for found in re.findall(r"(\d+)% in box", page.text)]
    good, bad = shares[::2], shares[1::2]
    assert sum(good) > sum(bad)
    apart = [abs(a - b) for a, b in zip(good, bad, strict=True)]
    assert apart == sorted(apart, reverse=True)


def test_the_same_runs_give_the_same_bytes(four_runs, report):
    assert report() == report()


def test_hostile_names_stay_text(runs, tmp_path, report):
    data = write_dataset(tmp_path / "<img src=x onerror=alert(1)>")
    run = write_run(runs, data)
    other = write_run(runs, data, "looks-good", minutes=1)
    name = '<script>alert(2)<!-- " onload="alert(3)'
    annotate(run, name=name)
    path = run.path / "environment.json"
    environment = json.loads(path.read_text("utf-8"))
    environment["data"]["title"] = "</title></style><script>alert(4)</script>"
    path.write_text(json.dumps(environment), "utf-8")
    html = report()
    assert "<script" not in html
    page = Page(html)
    assert name in page.headings[0]
    assert "</title></style><script>alert(4)</script>" in page.text
    assert "<img src=x onerror=alert(1)>" in page.text
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on")]
    assert len(page.elements("style")) == 1
    assert Page(report(other.id)).headings[0] == "Overfit Lens: looks-good"


def test_a_run_that_failed_says_so_and_why(runs, tiny, report):
    write_run(runs, tiny, state="failed")
    page = Page(report())
    assert "State: failed after epoch 16 of 32." in page.text
    assert "the worker (process 4242) stopped in epoch 17" in page.text
    assert sections(page) == ["Verdicts", "Training curves", "How to reproduce", "Glossary"]


@pytest.mark.parametrize("state", ["queued", "running", "cancelled"])
def test_runs_that_are_not_done_are_told(runs, tiny, report, state):
    write_run(runs, tiny, minutes=1)
    write_run(runs, tiny, "looks-good", state, minutes=2)
    page = Page(report())
    assert "State: " in page.text
    assert "compares 2 runs trained on tiny" in page.text
    assert "Where they look" in page.headings


def test_photos_that_are_gone_cost_the_pictures_only(runs, tmp_path, report):
    data = write_dataset(tmp_path / "gone")
    write_run(runs, data)
    shutil.rmtree(data.root)
    html = report()
    page = Page(html)
    assert page.elements("img") == []
    assert page.text.count("Photos cannot be shown: gone") == 2
    assert "generalises" in page.text
    assert str(tmp_path) not in html


def test_runs_on_other_photos_are_not_compared(runs, tiny, tmp_path, report):
    write_run(runs, tiny)
    run = write_run(runs, write_dataset(tmp_path / "other", photos=3), "looks-good", minutes=1)
    page = Page(report())
    assert "These runs used different photos" in page.text
    assert "Differences" not in " ".join(page.headings)
    assert [h for h in page.headings if h.startswith("Scores")] == ["Scores: tiny", "Scores: other"]
    assert run.id in page.text


def test_without_a_test_set_the_report_says_what_is_missing(runs, tmp_path, report):
    data = write_dataset(tmp_path / "bare")
    run = write_run(runs, replace(data, test_sets=()))
    page = Page(report(run.id))
    assert "Without photos from elsewhere, nothing can show" in page.text
    assert "validation accuracy" in page.text


def test_a_damaged_file_is_told_without_its_folder(four_runs, report, tmp_path):
    damaged = sorted(four_runs.iterdir())[0]
    (damaged / "history.csv").write_text("epoch\nx\n", "utf-8")
    html = report()
    page = Page(html)
    assert "Left out because it cannot be read:" in page.text
    assert f"{damaged.name}/history.csv: damaged" in page.text
    assert str(tmp_path) not in html


def test_no_folder_and_no_computer_is_named(four_runs, report, tmp_path):
    for run in four_runs.iterdir():
        path = run / "environment.json"
        if not path.is_file():
            continue
        environment = json.loads(path.read_text("utf-8"))
        environment["machine"] = {
            "system": "Linux-6.1.0-anns-laptop-x86_64",
            "processor": "AMD EPYC",
            "threads": 2,
        }
        path.write_text(json.dumps(environment), "utf-8")
    html = report()
    assert "Linux, AMD EPYC, 2 threads, no GPU" in html
    assert "laptop" not in html
    assert str(tmp_path) not in html
    assert str(Path.home()) not in html


def test_eight_items_are_shown_and_the_others_named(runs, tiny, report):
    for number in range(11):
        write_run(runs, tiny, minutes=number, changes={"batch_size": 8 + number})
    html = report()
    page = Page(html)
    assert "Also selected, but not in the figures of this report" in page.text
    assert "quick, batch size 18" in page.text
    assert "not shown: G quick, batch size 14, H quick, batch size 15" in page.text
    assert len(html.encode()) < 3_000_000


def test_the_command_makes_the_same_recipe(runs, tiny, report):
    changes = {
        "optimizer.name": "adam",
        "label_smoothing": 0.1,
        "name": "it's mine",
        "augment.blur": None,
        "seed": 3,
    }
    run = write_run(runs, tiny, changes=changes)
    page = Page(report())
    found = page.text[page.text.index("python -m core train") :]
    line = re.sub(r"\\\n", " ", found[: found.index("dataset/tiny") + len("dataset/tiny")])
    script = "import sys, json; json.dump(sys.argv[1:], sys.stdout)\n"
    shell = line.replace("python -m core", f"{sys.executable} -c '{script}'", 1)
    told = json.loads(subprocess.run(["sh", "-c", shell], capture_output=True, check=True).stdout)
    sets = [told[place + 1] for place, word in enumerate(told) if word == "--set"]
    assert told[0] == "train"
    assert told[told.index("--seed") + 1] == "3"
    assert load_recipe(told[1], {**parse_changes(sets), "seed": 3}) == run.recipe()


def test_the_command_of_some_folds_names_the_recipes_folds(runs, tiny, report):
    for fold in (0, 2):
        split = {"method": "kfold", "folds": 4, "fold": fold, "seed": 42}
        write_run(runs, tiny, minutes=fold, changes={"split": split})
    told = Page(report()).text
    assert "--folds 4" in told and "--folds 2" not in told


def test_a_report_speaks_the_language_that_is_asked_for(four_runs, report, monkeypatch):
    monkeypatch.setattr(
        words, "catalogue", lambda language: {"Verdicts": "診断"} if language == "ja" else {}
    )
    with words.use_language("ja"):
        page = Page(report())
    words._translated.cache_clear()  # what was told from this catalogue
    words._templates.cache_clear()
    assert page.elements("html")[0]["lang"] == "ja"
    assert "診断" in page.headings
    assert words.language() == "en"


def test_one_item_is_shown_from_its_worst_to_its_best(runs, tiny, report):
    write_run(runs, tiny)
    page = Page(report())
    assert "evenly spaced from the lowest to the highest fraction" in page.text
    shares = [int(found) for found in re.findall(r"(\d+)% in box", page.text)]
    assert shares == sorted(shares)
    assert len(shares) == contrast.PHOTOS
    assert "Recipe differences" not in page.headings


def test_unlabelled_photos_are_chosen_by_answers(runs, tmp_path, report):
    data = write_dataset(tmp_path / "unlabelled", labelled=False)
    write_run(runs, data)
    write_run(runs, data, "looks-good", minutes=1)
    page = Page(report())
    assert "They have no boxes" in page.text
    assert "(predicted)" in page.text
    assert "in box" not in page.text
    assert not [image for image in page.elements("img") if "showing" in image["alt"]]


def test_a_boxed_photo_without_a_label_shows_its_box_and_no_answer(runs, tmp_path, report):
    data = write_dataset(tmp_path / "boxed")
    (data.root / "labels.csv").unlink()
    write_run(runs, read_dataset(data.root))
    page = Page(report())
    assert ", boxed" in page.text
    assert "(predicted)" not in page.text


def test_nothing_chosen_is_an_error(runs):
    with pytest.raises(InputError, match="choose a run"):
        render_report([], [], runs, DAY)


def test_what_cannot_be_made_says_why_in_one_line():
    page = Page(problem_page("a <b> is gone"))
    assert "Cannot create the report: a <b> is gone" in page.text


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert __version__ == project["version"]
