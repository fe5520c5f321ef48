"""What the environment of a training holds is written nowhere: not into the run, a log, a report,
an export or a page; and what leaves the machine names no folder of its owner."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.__main__ import main
from core.base.errors import InputError
from core.jobs.tasks.train_run import run_training
from core.recipe.files import recipe_yaml
from core.store.run import create_run, find_runs
from tests.conftest import fast_recipe, fixed_clock
from tests.core.conftest import reduce_diagnosis
from tests.pages.conftest import visible_text

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "pwn-aws-0xb33f",
    "HF_TOKEN": "hf_pwn0token",
    "GITHUB_TOKEN": "ghp_pwn0token",
    "DATABASE_URL": "postgres://me:pwn0database@db.example/x",
    "http_proxy": "http://me:pwn0proxy@127.0.0.1:9",
    "https_proxy": "http://me:pwn0proxy@127.0.0.1:9",
    "OVERFIT_LENS_SOMETHING": "pwn0own",
}
WORDS = ("pwn-aws", "pwn0", "hf_pwn", "ghp_pwn", "me:pwn")
OWNER = "wilhelmina"  # the name that her home's folder tells


@pytest.fixture(scope="module")
def home_dir(tmp_path_factory, tiny):
    """A home with photos, and a folder of runs with one that is done and one that failed, both
    trained with secrets about."""
    home = tmp_path_factory.mktemp("home") / OWNER
    shutil.copytree(tiny.root, home / "dataset" / "toy_books")
    (home / "fast.yaml").write_text(recipe_yaml(fast_recipe()), "utf-8")
    with pytest.MonkeyPatch.context() as patch, reduce_diagnosis():
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        patch.setenv("HOME", str(home))
        patch.setenv("USER", OWNER)
        arguments = ["--data", str(home / "dataset" / "toy_books"), "--runs", str(home / "runs")]
        assert main(["train", str(home / "fast.yaml"), *arguments]) == 0
        failing = create_run(home / "runs", fast_recipe(seed=1), home / "gone", fixed_clock)
        with pytest.raises(InputError):
            run_training(failing, fixed_clock)
        assert main(["evaluate", find_runs(home / "runs")[0].id, "--runs", str(home / "runs")]) == 0
        yield home


def done(home: Path):
    return next(run for run in find_runs(home / "runs") if run.status().state == "done")


def read_all_files(folder: Path) -> bytes:
    """Every file below a folder and every name, in one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return b"\n".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in files)


def leaked_fragments(text: bytes | str, words=WORDS) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    return [word for word in words if word.encode() in data]


def test_no_file_of_a_folder_of_runs_holds_a_secret(home_dir):
    assert leaked_fragments(read_all_files(home_dir / "runs")) == []
    assert OWNER.encode() in read_all_files(
        home_dir / "runs"
    )  # where the photos are: a run needs that


def test_what_leaves_the_machine_holds_neither_secrets_nor_the_owners_folders(home_dir, tmp_path):
    run, runs = done(home_dir), ["--runs", str(home_dir / "runs")]
    (tmp_path / "csv").mkdir()
    report = tmp_path / "report.html"
    assert main(["report", run.id, "-o", str(report), *runs]) == 0
    assert main(["export", run.id, "--csv", str(tmp_path / "csv"), *runs]) == 0
    assert leaked_fragments(read_all_files(tmp_path), (*WORDS, OWNER)) == []


def test_nor_does_the_name_of_a_file_of_weights(home_dir, tmp_path):
    weights = f"/home/{OWNER}/my.safetensors"
    run = create_run(tmp_path, fast_recipe(weights=weights), home_dir / "dataset", fixed_clock)
    from core.export.csv_tables import export_csv
    from core.export.onnx_file import metadata

    export_csv(run, tmp_path / "csv")
    told = (tmp_path / "csv" / run.id / "recipe.csv").read_text("utf-8")
    assert "my.safetensors" in told and OWNER not in told
    assert OWNER not in str(metadata(run, ("a", "b")))


def test_an_address_is_told_without_its_password(capsys):
    url = f"ftp://me:{WORDS[1]}secret@mirror.example/vgg16.pth"
    assert main(["weights", "fetch", "vgg16", "--url", url]) == 2
    said = capsys.readouterr().err
    assert "ftp://mirror.example" in said and leaked_fragments(said) == []


@pytest.mark.parametrize("page", ["train", "runs", "run", "compare", "worker"])
def test_no_page_shows_a_secret(page, home_dir, monkeypatch, open_page):
    monkeypatch.setenv("OVERFIT_LENS_RUNS", str(home_dir / "runs"))
    monkeypatch.setenv("OVERFIT_LENS_DATA", str(home_dir / "dataset"))
    for run in find_runs(home_dir / "runs"):
        app = open_page(page, run=run.id, runs=run.id)
        assert not app.exception
        assert leaked_fragments(visible_text(app)) == []
