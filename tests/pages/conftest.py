"""The app on a folder of runs that the factory wrote, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from core.data.dataset import Dataset
from core.jobs import local
from core.jobs.messages import Message
from core.jobs.preview import client
from tests.factory import write_dataset

APP = Path(__file__).resolve().parents[2] / "pages" / "main.py"
TIMEOUT = 300  # seconds in which any machine draws a page
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def shared_script_cache() -> Iterator[None]:
    """As on a server, components are looked for once and a script is compiled once. (AppTest does
    both anew for each, which takes longer than the page it then draws.)"""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        scripts = ScriptCache()
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", lambda: scripts)
        yield


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Path:
    """An empty folder of runs, which the app uses."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("OVERFIT_LENS_RUNS", str(folder))
    monkeypatch.setenv("OVERFIT_LENS_DATA", str(tmp_path / "dataset"))
    return folder


@pytest.fixture(autouse=True)
def preview_requests(monkeypatch) -> list[Message]:
    """No preview process starts; what it would have been asked is listed, and answered with
    nothing."""
    asked: list[Message] = []

    def answer(runs_dir: Path, question: Message, check_cancelled: Callable[[], None]) -> Message:
        check_cancelled()
        asked.append(question)
        return Message({"photos": []})

    monkeypatch.setattr(client, "_request", answer)
    monkeypatch.setattr(client, "ensure_preview", lambda runs_dir: True)
    return asked


@pytest.fixture
def dataset(runs, tmp_path) -> Dataset:
    """A tiny data set where the app looks for them."""
    return write_dataset(tmp_path / "dataset" / "toy_books")


@pytest.fixture
def no_worker(monkeypatch) -> list[Path]:
    """No worker process starts; the folders it would have served are listed instead."""
    asked: list[Path] = []
    monkeypatch.setattr(
        local, "ensure_worker", lambda runs_dir, wait_seconds=0: asked.append(runs_dir)
    )
    return asked


@pytest.fixture
def open_page(runs) -> OpenPage:
    """Opens a page of the app, with the link's parameters."""

    def open_(page: str, **link: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
        app.switch_page(f"{page}.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return open_


def visible_text(app: AppTest) -> str:
    """Everything that the page says, in one text."""
    kinds = (
        app.title,
        app.subheader,
        app.markdown,
        app.caption,
        app.text,
        app.info,
        app.warning,
        app.error,
        app.success,
        app.code,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def components(app: AppTest) -> list[Any]:
    """What was drawn with scripts of our own, without the languages at the top of every page."""
    return [each for each in app.get("bidi_component") if each.key != "language.choice.links"]


def tables(app: AppTest) -> list[pd.DataFrame]:
    """What pages.widgets.ui.reading_table draws, in the page's order: the words of each cell under
    the shown titles."""
    given = [json.loads(each.proto.json) for each in components(app)]
    return [_table(data) for data in given if "titles" in data.get("words", {})]


def _table(data: Any) -> pd.DataFrame:
    words = [
        [cell["words"] if isinstance(cell, dict) else cell for cell in row] for row in data["rows"]
    ]
    return pd.DataFrame(words, columns=data["words"]["titles"]).fillna("")
