"""A YAML tag that would run a command."""

from pathlib import Path

refused = "recipe.yaml: not a readable YAML file: could not determine a constructor for the tag"


def make(here: Path) -> None:
    ran = here / "ran"
    (here / "recipe.yaml").write_text(f"name: !!python/object/apply:os.system ['touch {ran}']\n")


def check(here: Path) -> None:
    assert not (here / "ran").exists()
