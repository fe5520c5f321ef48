"""`capture`: a session of photos from elsewhere, with what one or two runs answer to them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from core.base.errors import DataError, InputError
from core.capture import session as sessions
from core.capture import tally
from core.capture.answers import answer_pictures
from core.capture.asking import Request, request_text
from core.capture.scoring import default_runs, score_runs
from core.capture.session import Picture, Session
from core.cli.common import DEFAULT_RUNS, RunsOption, print_errors
from core.store.index import RunIndex, all_rows


def capture(
    dataset: Annotated[Path, Argument(help="A data-set folder.")],
    photos: Annotated[list[Path] | None, Argument(metavar="[FILE...]")] = None,
    run: Annotated[
        list[str] | None, Option(help="A run's id; twice for two runs to compare.")
    ] = None,
    name: Annotated[str, Option(help="The test set; by default the open one, or new.")] = "",
    label: Annotated[str, Option("--class", help="What the files show.")] = "",
    end: Annotated[
        bool, Option("--end", help="Ends it, and has all runs scored on its photos.")
    ] = False,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Begins a session of photos from elsewhere, or goes on with it: a new test set, labelled with
    the classes that are asked for. With files, takes them in and tells what the runs answer. A file
    that is no photo has an error line of its own, and the exit status is 2."""
    if photos and not label:
        raise InputError("capture: --class must say which class the files show")
    now = _session(dataset, tuple(run or ()), name, runs)
    taken, refused = [], False
    for photo in photos or ():
        try:
            picture = sessions.add_photo(now, Request(label), _read(photo), file_name=photo.name)
            taken.append(picture.id)
        except DataError as error:
            print_errors([error])
            refused = True
    now = answer_pictures(runs, now)
    for picture_id in taken:
        _print_picture(now.picture(picture_id), now.runs)
    _print_tally(now)
    if end:
        now = sessions.end(now)
        queued = score_runs(runs, RunIndex(runs).rows(), now)
        print(f"runs to be scored on {now.set_name}: {len(queued)}")
    elif (asked := sessions.ask(now)) is not None:
        print(f"next: {request_text(asked)}")
    print(now.folder)
    if refused:
        raise typer.Exit(2)


def _session(root: Path, run_ids: tuple[str, ...], name: str, runs_dir: Path) -> Session:
    known = [sessions.open_session(folder) for folder in sessions.find_sessions(root)]
    fitting = [s for s in known if (s.set_name == name if name else not s.ended)]
    if fitting and not fitting[-1].ended and not run_ids:
        return fitting[-1]
    if not fitting and not run_ids:
        run_ids = default_runs(runs_dir, all_rows(runs_dir), root)
        if not run_ids:
            raise InputError(f"{root}: no finished run with its weights in {runs_dir}: train one")
    return sessions.begin(root, run_ids, name or (fitting[-1].set_name if fitting else ""))


def _read(photo: Path) -> bytes:
    try:
        return photo.read_bytes()
    except OSError as error:
        raise DataError(f"{photo}: {error.strerror or error}") from None


def _print_picture(picture: Picture, runs: Sequence[str]) -> None:
    print(f"{picture.file}: {picture.label}")
    for text in sessions.warning_texts(picture):
        print(f"  {text}")
    for run in runs:
        answer, right = picture.answers[run], "correct" if picture.right(run) else "wrong"
        print(f"  {run}: {answer.predicted} ({answer.probability:.2f}), {right}")


def _print_tally(session: Session) -> None:
    for run in session.runs:
        found = tally.run_tally(session.pictures, run)
        sure = f"95% sure at every step: {found.low:.0%} to {found.high:.0%}"
        print(f"{run}: {found.right} of {found.answered} correct ({sure})")
    pair = tally.pair_tally(session.pictures, session.runs)
    if pair is not None:
        lines = (tally.verdict_text, tally.odds_text)
        told = [*(text(pair, session.runs) for text in lines), tally.remaining_text(pair)]
        print("; ".join(line for line in told if line))
