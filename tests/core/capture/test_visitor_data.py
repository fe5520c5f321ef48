from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.base.demo_mode import RETENTION, DemoError
from core.capture.access import STATE_FOLDER, access_code, capture_root, find_session
from core.capture.asking import Request
from core.capture.session import add_photo, begin
from core.data.dataset import read_dataset
from core.hosting import limits
from core.jobs.visitor_sweep import delete_expired_visitor_runs
from core.store.visitors import new_key, visitor_dir
from tests.core.capture.photos import phone_photo


def test_a_visitor_captures_for_themselves_where_the_operator_allows_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = tmp_path / "runs"
    own, other = (visitor_dir(house, new_key()) for _ in range(2))
    assert capture_root(house, root) == root
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    with pytest.raises(DemoError):
        begin(capture_root(own, root), ["run-a"])  # off unless it is turned on
    monkeypatch.setenv("OVERFIT_LENS_CAPTURE", "on")
    with pytest.raises(DemoError):
        begin(root, ["run-a"])  # what all visitors see stays as it is
    place = capture_root(own, root)
    session = begin(place, ["run-a"])
    monkeypatch.setattr(limits, "MAX_CAPTURED", 2)
    for number in range(2):
        add_photo(session, Request("red"), phone_photo(number))
    with pytest.raises(DemoError, match="This demo allows 2 photos"):
        add_photo(session, Request("red"), phone_photo(9))
    found = read_dataset(capture_root(own, root))
    assert [each.name for each in found.test_sets] == ["elsewhere"]
    assert found.train_labels == read_dataset(root).train_labels
    assert not read_dataset(capture_root(other, root)).test_sets
    assert not (root / "elsewhere").exists()
    code = access_code(house, session)
    opened = find_session(house, code)
    assert opened is not None and opened.folder == session.folder
    assert find_session(other, code) is None
    assert (own / STATE_FOLDER).is_dir() and not (house / STATE_FOLDER).exists()
    later = datetime.now(UTC) + RETENTION + timedelta(hours=1)
    delete_expired_visitor_runs(house, lambda: later, RETENTION)
    assert not own.exists() and read_dataset(root).train
