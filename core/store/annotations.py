"""What people say of a run: its display name, a star, tags and a note, in the run's folder, so that
they travel with it.

`annotations.json` (format 1): `{"name": "the good one", "starred": true, "tags": ["class-3"],
"note": "..."}`; every key may be missing. The name is shown instead of the recipe's, which stays as
it was in recipe.yaml.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter

from core.base import files
from core.base.errors import RunError, naming_os_errors
from core.base.language import N_
from core.recipe.schema import check_name
from core.store.examples import refuse_example
from core.store.run import Run
from core.store.schemas import validate_data

ANNOTATIONS_FILE = "annotations.json"
LOCK = ".annotations.lock"  # in the runs folder: a lock inside a run would travel with it
MAX_TAGS = 20
MAX_NOTE_LENGTH = 4000
_TAG = re.compile(r"[^\s,:\"']{1,30}")


@dataclass(frozen=True)
class Annotations:
    """`name`: None where the recipe's name is shown. Tags are in the order in which they came."""

    name: str | None = None
    starred: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


_ADAPTER = TypeAdapter(Annotations)


def read_annotations(run: Run) -> Annotations:
    """What is said of a run. Raises RunError when the file is damaged."""
    found = run.read_optional_json(ANNOTATIONS_FILE)
    if found is None:
        return Annotations()
    said: Annotations = validate_data(_ADAPTER, run.path / ANNOTATIONS_FILE, found)
    return said


def annotate(
    run: Run,
    *,
    name: str | None = None,
    starred: bool | None = None,
    note: str | None = None,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
) -> Annotations:
    """Changes what is given and leaves the rest, also against others who do so at this moment. An
    empty name brings the recipe's back.

    Raises RunError (InputError family): a name, tag or note that cannot be, an example, or a folder
    that cannot be written."""
    refuse_example(run.id)
    _check(name, note, add_tags)
    with files.locked(run.path.parent / LOCK):
        said = read_annotations(run)
        if name is not None:
            said = replace(said, name=name.strip() or None)
        if starred is not None:
            said = replace(said, starred=starred)
        if note is not None:
            said = replace(said, note=note.strip())
        tags = dict.fromkeys((*said.tags, *add_tags))
        said = replace(said, tags=tuple(tag for tag in tags if tag not in remove_tags))
        if len(said.tags) > MAX_TAGS:
            raise RunError(
                N_("{run}: a run can have at most {most} tags", run=run.id, most=MAX_TAGS)
            )
        with naming_os_errors(run.path / ANNOTATIONS_FILE):
            files.write_json(run.path / ANNOTATIONS_FILE, asdict(said))
    return said


def check_annotations(said: Annotations) -> None:
    """Raises RunError where somebody's annotations hold what `annotate` would not take."""
    _check(said.name, said.note, said.tags)
    if len(said.tags) > MAX_TAGS:
        raise RunError(N_("a run can have at most {most} tags", most=MAX_TAGS))


def _check(name: str | None, note: str | None, tags: Sequence[str]) -> None:
    if name is not None and name.strip():
        try:
            check_name(name)
        except ValueError as error:
            raise RunError(N_("name: {reason}", reason=error)) from None
    if note is not None and len(note) > MAX_NOTE_LENGTH:
        told = N_("note: at most {most} characters, not {count}")
        raise RunError(told.format(most=MAX_NOTE_LENGTH, count=len(note)))
    for tag in tags:
        if not _TAG.fullmatch(tag):
            told = N_(
                "tag {tag!r}: must be 1 to 30 characters without spaces, commas, colons or quotes"
            )
            raise RunError(told.format(tag=tag[:40]))
