"""A `dataset.yaml` that is not YAML."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "data/dataset.yaml: not a YAML file we can read"


def make(here: Path) -> None:
    (small_set(here) / "dataset.yaml").write_text("title: [red", "utf-8")
