from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from core.base.errors import InputError
from core.capture.access import STATE_FOLDER, access_code, find_session
from core.capture.session import begin, end
from tests.factory import write_dataset


def test_a_code_opens_its_session_alone_and_ends_with_it(tmp_path: Path) -> None:
    root, runs_dir = tmp_path / "books", tmp_path / "runs"
    write_dataset(root)
    one, two = begin(root, ["run-a"]), begin(root, ["run-a"])
    codes = [access_code(runs_dir, session) for session in (one, two)]
    assert len(set(codes)) == 2 and all(len(code) == 32 for code in codes)
    assert access_code(runs_dir, one) == codes[0]  # after a restart too
    for session, code in zip((one, two), codes, strict=True):
        found = find_session(runs_dir, code)
        assert found is not None and found.folder == session.folder
    for wrong in ("", codes[0][:-1], codes[0][:-1] + "é", "x" * 32, "../" + codes[0]):
        assert find_session(runs_dir, wrong) is None
    end(one)
    assert find_session(runs_dir, codes[0]) is None
    with pytest.raises(InputError, match="has ended"):
        access_code(runs_dir, one)
    again = begin(root, [], one.set_name)
    assert find_session(runs_dir, codes[0]) is None  # another day, another code
    assert access_code(runs_dir, again) != codes[0]
    assert find_session(runs_dir, codes[1]) is not None


def test_no_code_lies_in_the_data_set(tmp_path: Path) -> None:
    root, runs_dir = tmp_path / "books", tmp_path / "runs"
    write_dataset(root)
    session = begin(root, ["run-a"])
    code = access_code(runs_dir, session)
    assert not [p for p in root.rglob("*") if p.is_file() and code.encode() in p.read_bytes()]
    (folder,) = (runs_dir / STATE_FOLDER).iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "code.json").write_text(json.dumps([1]))
    assert find_session(runs_dir, code) is None
