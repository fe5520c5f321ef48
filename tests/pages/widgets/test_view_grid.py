"""The wall of views on Train: asked for when the views change, and never in the page's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from core.base.errors import InputError
from core.jobs.messages import Message
from core.jobs.preview import client
from core.jobs.preview.answers import RequestHandler
from core.recipe.files import load_recipe
from core.store.run import find_runs

KEY = "train.quick"


@pytest.fixture
def local_preview(runs, monkeypatch) -> Iterator[list[object]]:
    """The preview process's answers, made in this process; what was asked is listed."""
    threads = torch.get_num_threads()
    asked, real = [], RequestHandler(runs)
    real.warm_up()

    def answer(runs_dir, question, check_cancelled):
        check_cancelled()
        asked.append(question.fields)
        try:
            return real.handle(question)
        except InputError as error:
            raise client.PreviewError(str(error)) from None

    monkeypatch.setattr(client, "_request", answer)
    yield asked
    torch.set_num_threads(threads)


def view_grid_html(app) -> str:
    return next(e.proto.body for e in app.get("html") if 'class="views"' in e.proto.body)


def test_it_shows_eight_views_of_the_recipe_and_follows_its_controls(
    dataset, open_page, local_preview
):
    app = open_page("train")
    assert not app.exception
    first = view_grid_html(app)
    assert first.count("<img ") == 3 + 8
    assert any("epochs 1 to 3 of 32" in caption.value for caption in app.caption)
    app.toggle(key=f"{KEY}.augment.0.mixup").set_value(True).run()
    mixed = view_grid_html(app)
    assert mixed != first and "% background" in mixed
    app.toggle(key=f"{KEY}.augment.0.mixup").set_value(False).run()
    assert view_grid_html(app) == first
    assert len(local_preview) == 3


def test_what_does_not_change_the_views_asks_for_none(dataset, open_page, preview_requests):
    app = open_page("train")
    app.slider(key=f"{KEY}.head.0.dropout.logits").set_value(0.5).run()
    app.selectbox(key=f"{KEY}.bands.0.lr.1").set_value(1e-4).run()
    assert len(preview_requests) == 1
    app.slider(key=f"{KEY}.augment.0.degrees").set_value(30.0).run()
    assert len(preview_requests) == 2
    assert preview_requests[1].fields["recipe"]["augment"]["rotate"]["degrees"] == 30


def test_other_views_and_other_photos(dataset, open_page, local_preview):
    app = open_page("train")
    before = view_grid_html(app)
    app.button(key="train.views.again").click().run()
    assert view_grid_html(app) != before
    assert [facts["epoch"] for facts in local_preview] == [1, 4]
    file = dataset.train[0].file
    app.multiselect(key=f"train.views.files.{dataset.root.name}").set_value([file]).run()
    assert not app.exception
    assert file in view_grid_html(app) and view_grid_html(app).count("<section>") == 1


def test_what_goes_wrong_is_one_line_and_the_next_question_works(dataset, open_page, monkeypatch):
    def fail(runs_dir, question, check_cancelled):
        raise client.PreviewError("the preview process did not respond; try again")

    monkeypatch.setattr(client, "_request", fail)
    app = open_page("train")
    assert not app.exception
    assert [error.value for error in app.error] == [
        r"the preview process did not respond; try again"
    ]
    assert "Launch" in {button.label for button in app.button}
    monkeypatch.setattr(client, "_request", lambda *question: Message({"photos": []}))
    app.button(key="train.views.again").click().run()
    assert not app.error
    assert view_grid_html(app)


def test_every_number_of_the_augmentation_reaches_the_recipe(runs, dataset, open_page, no_worker):
    app = open_page("train")
    for name in ("erase", "mixup"):
        app.toggle(key=f"{KEY}.augment.0.{name}").set_value(True)
    app.run()
    app.slider(key=f"{KEY}.augment.0.erase_p").set_value(0.25)
    app.slider(key=f"{KEY}.augment.0.area").set_value((0.1, 0.2))
    app.slider(key=f"{KEY}.augment.0.aspect").set_value((0.5, 2.0))
    app.slider(key=f"{KEY}.augment.0.mixup_by").set_value(1.0)
    app.slider(key=f"{KEY}.augment.0.length").set_value(300)
    app.run()
    app.button(key="train.go").click().run()
    assert not app.exception
    found = find_runs(runs)[0].recipe().augment
    changes = {
        "augment.erase": {"p": 0.25, "area": [0.1, 0.2], "aspect": [0.5, 2.0]},
        "augment.mixup": 1.0,
        "augment.cutout.length": 300,
    }
    assert found == load_recipe("quick", changes).augment
