"""A run that is to be evaluated again and has lost its weights."""

from pathlib import Path

from tests.corpus.making import run_of

command = "evaluate the-run --runs HERE/runs"
refused = "weights.safetensors: missing; only a finished run has it"


def make(here: Path) -> None:
    run_of(here)
