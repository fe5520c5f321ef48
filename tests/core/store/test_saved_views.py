"""core.store.saved_views: views of Runs by name."""

from __future__ import annotations

import pytest

from core.base.errors import RunError
from core.store.saved_views import MAX_VIEWS, VIEWS_FILE, read_views, save_view, view_link


def test_a_view_is_saved_replaced_and_deleted(tmp_path):
    assert read_views(tmp_path) == {}
    save_view(tmp_path, " good ", {"q": "objects>60%", "sort": "", "run": "x"})
    assert read_views(tmp_path) == {"good": {"q": "objects>60%"}}
    save_view(tmp_path, "good", {"group": "none"})
    save_view(tmp_path, "all", {})
    assert read_views(tmp_path) == {"all": {}, "good": {"group": "none"}}
    save_view(tmp_path, "good", None)
    assert read_views(tmp_path) == {"all": {}}


def test_what_cannot_be_is_refused_and_a_damaged_file_is_no_view(tmp_path):
    for name in ("", "   ", "x" * 61):
        with pytest.raises(RunError, match="name: must be 1 to 60 characters"):
            save_view(tmp_path, name, {})
    for number in range(MAX_VIEWS):
        save_view(tmp_path, str(number), {})
    with pytest.raises(RunError, match="at most 50 views"):
        save_view(tmp_path, "one more", {})
    (tmp_path / VIEWS_FILE).write_text('{"a": {"q": 3}}')
    assert read_views(tmp_path) == {}


def test_a_link_holds_what_is_on_screen():
    link = view_link("http://lens/runs?old=1", {"q": "objects>60% -tag:old"})
    assert link == "http://lens/runs?q=objects%3E60%25+-tag%3Aold"
    assert view_link("http://lens/runs", {}) == "http://lens/runs"
