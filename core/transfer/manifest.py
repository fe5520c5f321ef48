"""What a zip of runs holds (format 1): a folder per run, named by its id, with the files of its run
folder, and `travel.json`, which lists them with their sizes and SHA-256."""

import json
import re
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.base.errors import RunError, damaged_text
from core.base.language import N_
from core.data.archive import LIMITS, printable
from core.store.examples import is_example

FORMAT = 1
MANIFEST = "travel.json"
RUN_LIMITS = replace(LIMITS, file_bytes=500_000_000, expected_content=N_("zip of runs"))
MAX_NAME_LENGTH = 80  # of who sends
MAX_MANIFEST_BYTES = 10_000_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
_RESERVED_NAMES = {"examples"}  # what else lies in a folder of runs; every file there has a dot

# Every file that a run folder may hold (DESIGN section 5), by the megabytes that it may have.
_FILES = {
    0: "cancel-asked",
    1: "recipe.yaml status.json annotations.json checkpoint/state.json",
    3: "environment.json summary.json diagnosis.json controls.json",
    10: "history.csv timing.csv drift.csv log.txt",
    50: "predictions.csv reliance.csv shifted.csv",
    100: "batches.csv",
    120: "cams.npz",
    250: "weights.safetensors checkpoint/weights.safetensors checkpoint/best.safetensors "
    "checkpoint/first.safetensors",
    500: "checkpoint/optimizer.safetensors",
}
MAX_FILE_BYTES = {
    name: 1_000_000 * size for size, names in _FILES.items() for name in names.split()
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


_Sender = Annotated[str | None, Field(alias="from", min_length=1, max_length=MAX_NAME_LENGTH)]


class PackedFile(_Part):
    """A file as it was when it was packed."""

    size: Annotated[int, Field(ge=0, strict=True)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PackedRun(_Part):
    """sender: who trained it, where that was not whoever packed it."""

    sender: _Sender = None
    files: Annotated[dict[str, PackedFile], Field(min_length=1)]


class Manifest(_Part):
    """travel.json. exported: when, ISO 8601 in UTC. runs: by id."""

    format: int = FORMAT
    sender: _Sender = None
    exported: Annotated[str, Field(max_length=40)]
    runs: Annotated[dict[str, PackedRun], Field(min_length=1)]

    def text(self) -> str:
        """As it is written into the zip."""
        return json.dumps(self.model_dump(by_alias=True), indent=1, ensure_ascii=False) + "\n"


def read_manifest(data: bytes) -> Manifest:
    """Raises RunError, one line that begins with the file's name."""
    try:
        found: Any = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RunError(damaged_text(MANIFEST, printable(str(error)))) from None
    number = found.get("format") if isinstance(found, dict) else None
    if number != FORMAT or isinstance(number, bool):
        raise RunError(f"{MANIFEST}: {wrong_format_text(printable(repr(number)), FORMAT)}")
    try:
        return Manifest.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = printable(".".join(map(str, first["loc"])))
        raise RunError(damaged_text(MANIFEST, f"{key}: {first['msg']}")) from None


def wrong_format_text(found: object, read: int) -> str:
    """What is wrong with a file of another version."""
    return N_("has format {found}; this version reads {read}").format(found=found, read=read)


def is_checkpoint(name: str) -> bool:
    """Whether a file of a run is there only for it to be resumed: it is moved when asked for."""
    return name.startswith("checkpoint/")


def check_id(run_id: str) -> None:
    """Raises RunError where no run that moves can have that id."""
    if is_example(run_id):
        raise RunError(N_("is an example that everyone has; only your own runs can be transferred"))
    if not _ID.fullmatch(run_id) or run_id in _RESERVED_NAMES:
        raise RunError(N_("not a transferable run id (letters, digits, - and _)"))
