"""A run that is to go on from a damaged checkpoint."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "resume the-run --runs HERE/runs"
refused = "checkpoint: the checkpoint is damaged ( ... ); delete it to restart the run"
leaves = "failed"


def make(here: Path) -> None:
    place = write_case_run(here, "failed").path / "checkpoint"
    place.mkdir()
    (place / "state.json").write_text('{"epoch": 1, "stage": 1}')
    for name in ("weights", "optimizer"):
        (place / f"{name}.safetensors").write_bytes(b"damaged")
