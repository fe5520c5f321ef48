"""The layers of DESIGN section 1, enforced: who may import what, and how long a page may be."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from core.jobs.detached import DetachedProcess
from core.jobs.preview import client
from tests.factory import write_dataset, write_run
from tests.pages.conftest import TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py")
WIDGETS = sorted((ROOT / "pages" / "widgets").rglob("*.py"))
SCRIPTS = sorted(path for folder in ("pages", "server") for path in (ROOT / folder).rglob("*.js"))
CORE = sorted((ROOT / "core").rglob("*.py"))
SERVER = sorted((ROOT / "server").rglob("*.py"))
# Paths, environment variables and types; no pandas, no parsing, no arithmetic libraries.
ALLOWED = {
    "streamlit",
    "core",
    "pages",
    "__future__",
    "typing",
    "collections",
    "pathlib",
    "os",
    "base64",
    "contextlib",
    "html",
    "dataclasses",
    "functools",
    "datetime",
    "time",
    "threading",
}
HEAVY = {"torch", "torchvision", "timm", "matplotlib"}


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module).split(".")[0])
    return found


def test_there_is_something_to_check():
    assert {path.stem for path in PAGES} >= {"train", "runs", "compare", "cams", "settings"}
    assert len(WIDGETS) > 8
    assert len(SCRIPTS) > 8
    assert len(CORE) > 20


def test_core_never_imports_streamlit():
    for path in CORE:
        assert not {"streamlit", "pages", "server", "starlette"} & imported(path), path


def test_the_server_draws_no_page_and_computes_nothing():
    for path in SERVER:
        assert not {"pages", "pandas", "numpy"} & imported(path), path
        assert len(path.read_text("utf-8").splitlines()) <= 250, path


def test_pages_only_draw():
    for path in [*PAGES, *WIDGETS]:
        assert imported(path) <= ALLOWED, path
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= (250 if "widgets" in path.parts else 150), path
        assert "unsafe_allow_html" not in path.read_text("utf-8"), path


def test_scripts_are_short_and_write_no_markup():
    for path in SCRIPTS:
        script = path.read_text("utf-8")
        assert len(script.splitlines()) <= 250, path
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", script), (
            path
        )


def test_app_names_the_script_and_the_routes_only():
    assert imported(ROOT / "app.py") <= {"streamlit", "server"}
    assert len((ROOT / "app.py").read_text("utf-8").splitlines()) <= 10


def test_main_is_set_up_and_navigation_only():
    assert imported(ROOT / "pages" / "main.py") <= {"streamlit", "pathlib", "core", "pages"}
    assert len((ROOT / "pages" / "main.py").read_text("utf-8").splitlines()) <= 30


def test_every_page_opens_without_torch(tmp_path, warm_starts):
    """In a process of its own: what other tests have imported must not count. Views are asked of a
    real preview process."""
    dataset = write_dataset(tmp_path / "dataset" / "toy_books")
    ids = [write_run(tmp_path / "runs", dataset, name).id for name in ("quick", "looks-good")]
    DetachedProcess(client.COMMAND, tmp_path / "runs").start()
    script = f"""
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from core.jobs.preview import client
from core.recipe.files import load_recipe
app = AppTest.from_file("pages/main.py", default_timeout={TIMEOUT}).run()
for page in ("runs", "compare", "cams", "try_it", "lesson", "train"):
    app.switch_page(f"{{page}}.py")
    app.query_params["runs"] = {",".join(ids)!r}
    app.run()
    assert not app.exception, (page, app.exception)
places = (Path({str(tmp_path / "runs")!r}), load_recipe("quick"), Path({str(dataset.root)!r}))
client.request_views(*places)  # answers once its process listens; a page does not wait for that
app.run()
assert any("<img" in element.proto.body for element in app.get("html")), app.error
heavy = {HEAVY!r} & set(sys.modules)
assert not heavy, heavy
print("light")
"""
    places = {
        "OVERFIT_LENS_RUNS": str(tmp_path / "runs"),
        "OVERFIT_LENS_DATA": str(tmp_path / "dataset"),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, **places},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        client.stop_preview(tmp_path / "runs")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith("light")
