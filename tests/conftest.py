"""What the tests share: a tiny data set, the bundled one, the real one where there is a copy."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in core.__main__, before torch is loaded
os.environ["OVERFIT_LENS_EXAMPLES"] = "none"  # tests that are about the examples ask for them

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from core.data import near_copies
from core.data.dataset import Dataset, read_dataset
from core.recipe.files import load_recipe
from core.recipe.schema import Recipe
from core.store.run import Run, create_run
from tests.factory import write_dataset
from tests.failure_report import save_failure_report
from tests.fork_server import ForkServer, fork_subprocesses

# The same examples every time, however long the machine takes over them.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parents[1]
TOY_BOOKS = ROOT / "dataset" / "toy_books"

# A recipe that trains in about a second: random weights, small photos, three short epochs.
FAST_CHANGES = {
    "weights": "none",
    "image_size": 64,
    "stages.0.epochs": 1,
    "stages.1.cycles": 2,
    "stages.1.cycle_len": 1,
    "stages.1.cycle_mult": 1,
    "views_per_photo": 2,
    "batch_size": 4,
    "split.validation": 0.4,
}


def fixed_clock() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def fast_recipe(preset: str = "quick", **changes: Any) -> Recipe:
    """A preset made fast; changes by dotted key with `__` for the dots."""
    return load_recipe(
        preset, FAST_CHANGES | {key.replace("__", "."): v for key, v in changes.items()}
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a trained run or another process is slow, whether it is marked so or not."""
    for item in items:
        if {"trained", "fork_server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: Streamlit collects garbage after each page that it draws, which
    would look through all of it."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A failure tells what the processes of the test last said (tests/failure_report.py)."""
    report = yield
    if report.failed:
        save_failure_report(item, report)
    return report


@pytest.fixture(scope="session")
def fork_server(tmp_path_factory: pytest.TempPathFactory) -> ForkServer:
    """The warm processes, shared by the test processes of this session."""
    base = tmp_path_factory.getbasetemp()
    shared = "PYTEST_XDIST_WORKER" in os.environ
    folder = (base.parent if shared else base) / "warm"
    folder.mkdir(exist_ok=True)
    return ForkServer(folder, os.getppid() if shared else os.getpid())


@pytest.fixture
def warm_starts(fork_server: ForkServer) -> Iterator[None]:
    """Workers and preview processes that the project starts are forked from a warm one."""
    with fork_subprocesses(fork_server):
        yield


@pytest.fixture(scope="session", autouse=True)
def cached_near_copies() -> Iterator[None]:
    """The same photos are searched for near-copies once, in whichever folder they lie: nearly
    every test has the tiny data set, and the search takes longer than a page or an epoch."""
    known: dict[object, tuple[near_copies.NearCopyPair, ...]] = {}

    def find(dataset: Dataset) -> tuple[near_copies.NearCopyPair, ...]:
        photos = (
            near_copies.photos_fingerprint(dataset),
            tuple(each.name for each in dataset.test_sets),
        )
        if photos not in known:
            known[photos] = find_copies(dataset)
        return known[photos]

    with pytest.MonkeyPatch.context() as patch:
        find_copies = near_copies.find_near_copies
        patch.setattr(near_copies, "find_near_copies", find)
        yield


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two drawn books and a background, four training photos of each."""
    return write_dataset(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny: Dataset) -> Run:
    """A finished run of the fast recipe, really trained; tests leave it as it is."""
    from core.jobs.tasks.train_run import run_training

    run = create_run(tmp_path_factory.mktemp("trained"), fast_recipe(), tiny.root, fixed_clock)
    run_training(run, fixed_clock)
    return run


@pytest.fixture(scope="session")
def toy_books() -> Dataset:
    """The bundled data set."""
    return read_dataset(TOY_BOOKS)


@pytest.fixture(scope="session")
def small_books() -> Path:
    """The real photo set, where the machine has a copy."""
    for place in (os.environ.get("SMALL_BOOKS"), ROOT.parent / "shared" / "small_books"):
        if place and Path(place).is_dir():
            return Path(place)
    pytest.skip("the real photo set small_books is not on this machine")
