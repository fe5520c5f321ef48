"""The command `report`."""

from __future__ import annotations

import pytest

from core.__main__ import main
from tests.core.report.html_page import Page
from tests.factory import write_run

pytestmark = pytest.mark.slow


@pytest.fixture
def call(capsys, tmp_path):
    """The command on the runs of `tmp_path / "runs"`."""

    def call_(*arguments):
        status = main(["report", *map(str, arguments), "--runs", str(tmp_path / "runs")])
        out, err = capsys.readouterr()
        return status, out, err

    return call_


def test_runs_are_written_as_one_file_repeats_as_a_group(call, tmp_path, tiny):
    ids = [
        write_run(tmp_path / "runs", tiny, preset, changes={"seed": seed}, minutes=n).id
        for n, (preset, seed) in enumerate([("quick", 0), ("quick", 1), ("looks-good", 0)])
    ]
    file = tmp_path / "found.html"
    status, out, _ = call(*ids, "-o", file)
    assert status == 0
    assert out.startswith(f"{file} (")
    page = Page(file.read_text("utf-8"))
    assert page.headings[0] == "Overfit Lens: quick, 2 seeds vs. looks-good"
    status, _, _ = call(ids[0], "-o", file)  # replaces it
    assert status == 0
    assert Page(file.read_text("utf-8")).headings[0] == "Overfit Lens: quick, seed 0"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["no-such-run", "-o", "report.html"], "error: no-such-run: no such run in"),
        (["{run}", "-o", "report.pdf"], "error: --output report.pdf: must end in .html"),
        (["{run}", "-o", "nowhere/report.html"], "there is no folder nowhere"),
        (["{run}"], "'--output' / '-o'"),
        (["-o", "report.html"], "RUN..."),
    ],
)
def test_what_cannot_be_done_is_one_line(call, tmp_path, tiny, monkeypatch, arguments, error):
    run = write_run(tmp_path / "runs", tiny)
    monkeypatch.chdir(tmp_path)
    status, _, err = call(*(text.replace("{run}", run.id) for text in arguments))
    assert status == 2
    assert error in err
    assert err.count("\n") == 1
    assert not list(tmp_path.glob("*.html"))
