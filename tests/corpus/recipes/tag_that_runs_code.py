"""A YAML tag that would run a command."""

from pathlib import Path

refused = "recipe.yaml: not a YAML file we can read: could not determine a constructor for the tag"


def make(here: Path) -> None:
    ran = here / "ran"
    (here / "recipe.yaml").write_text(f"name: !!python/object/apply:os.system ['touch {ran}']\n")


def check(here: Path) -> None:
    assert not (here / "ran").exists()
