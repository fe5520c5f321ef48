"""`runs rename|tag|star|note`: what people say of a run."""

from typing import Annotated

from typer import Argument, Option

from core.cli.options import DEFAULT_RUNS, RunArgument, RunsOption
from core.store.annotations import annotate, read_annotations
from core.store.run import open_run


def rename(
    run: RunArgument,
    name: Annotated[str, Argument(help="The new name; '' brings the recipe's back.")],
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Shows a run under another name; its recipe keeps its own."""
    found = open_run(runs, run)
    print(f"{run}: {annotate(found, name=name).name or found.recipe().name}")


def tag(
    run: RunArgument,
    tags: Annotated[list[str], Argument(help="Tags to give it.")],
    off: Annotated[bool, Option("--off", help="Take them off instead.")] = False,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Gives a run tags, or takes them off."""
    found = open_run(runs, run)
    said = annotate(found, remove_tags=tags) if off else annotate(found, add_tags=tags)
    print(f"{run}: {' '.join(f'[{tag}]' for tag in said.tags) or 'no tags'}")


def star(
    run: RunArgument,
    off: Annotated[bool, Option("--off", help="Take the star off instead.")] = False,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Marks a run with a star, or takes it off."""
    annotate(open_run(runs, run), starred=not off)
    print(f"{run}: {'not ' if off else ''}starred")


def note(
    run: RunArgument,
    words: Annotated[str | None, Argument(help="The note; '' deletes it.")] = None,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Writes a run's note, or without words shows it."""
    found = open_run(runs, run)
    if words is not None:
        annotate(found, note=words)
    print(read_annotations(found).note or "no note")
