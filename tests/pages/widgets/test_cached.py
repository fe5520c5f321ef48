"""What is worked out once for all who look at the same runs."""

from __future__ import annotations

from core.base.language import language, use_language
from pages.widgets.shared.snapshot import Snapshot


def test_it_is_computed_once_and_again_when_runs_ids_or_language_change(
    runs, monkeypatch, tmp_path
):
    made = []

    def asked(version: int, *of: str) -> str:
        return Snapshot(version).cached("words", of, lambda: made.append(1) or f"{language()} {of}")

    assert asked(1, "a") == asked(1, "a") == "en ('a',)"
    assert len(made) == 1
    assert asked(1, "b") == "en ('b',)"
    assert asked(2, "a") == "en ('a',)"
    with use_language("ja"):
        assert asked(1, "a") == "ja ('a',)"
    monkeypatch.setenv("OVERFIT_LENS_RUNS", str(tmp_path / "others"))
    asked(1, "a")
    assert len(made) == 5
