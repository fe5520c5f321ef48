"""A `dataset.yaml` that is not YAML."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "data/dataset.yaml: not a readable YAML file"


def make(here: Path) -> None:
    (write_small_dataset(here) / "dataset.yaml").write_text("title: [red", "utf-8")
