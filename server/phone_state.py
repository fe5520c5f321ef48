"""What the page for phones shows, as plain data: its texts, and how the session stands for it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from core.base.language import _, language, ngettext, translate
from core.capture.answers import answering_problem, ensure_answering
from core.capture.asking import CIRCUMSTANCES, Request, class_text, request_text
from core.capture.intake import MAX_BYTES, too_large_text
from core.capture.session import Picture, Session, ask, warning_texts
from core.capture.tally import pair_tally, run_tally, verdict_text
from core.compare.tables import labels_by_id
from core.store.index import RunIndex


def page_texts() -> dict[str, str]:
    """What phone.js fills in, by the ids of phone.html."""
    return {
        "asked": _("Next photo"),
        "take": _("Take photo"),
        "files": _("Choose files"),
        "skip": _("Skip"),
        "lacking": _("I don't have it"),
        "keep": _("Keep"),
        "discard": _("Delete photo"),
        "undo": _("Undo"),
        "retake": _("Retake"),
        "right": _("correct"),
        "wrong": _("wrong"),
        "waiting": _("Predicting"),
        "called": _("First name (optional)"),
        "tap": _("Tap the object in the photo to record its place."),
        "point": _("The object is here"),
        "sending": _("Sending. Photos left: {count}"),
        "lost": _("No connection: trying again. Keep this page open. Photos left: {count}"),
        "large": translate(too_large_text("{name}")),
        "limit": str(MAX_BYTES),
        "nothing": _("You have none of these objects, so there is nothing left to photograph."),
        "over": _("This session has ended. Thank you!"),
    }


def phone_state(runs_dir: Path, session: Session, phone: str) -> dict[str, Any]:
    """How the session stands for a phone: what it is asked for, the tally, of its own photos the
    newest and those with warnings, newest first. Has waiting photos answered."""
    ensure_answering(runs_dir, session)
    request = dict(session.open).get(phone) or ask(session, phone)
    own = [each for each in reversed(session.pictures) if each.phone == phone]
    names = _run_names(runs_dir, session.runs, language())
    shown = [each for place, each in enumerate(own) if place == 0 or each.unsettled_warnings]
    return {
        "request": request and _request(request),
        "tally": _tally(session, own, names),
        "pictures": [_picture(session, each, names) for each in shown[:20]],
        "problem": translate(answering_problem(session)),
    }


@lru_cache(64)
def _run_names(runs_dir: Path, runs: tuple[str, ...], language: str) -> list[str]:
    labels = labels_by_id(RunIndex(runs_dir).rows())
    return [labels.get(run, run) for run in runs]


def _request(request: Request) -> dict[str, str]:
    return {
        "id": request.id,
        "label": request.label,
        "circumstance": request.circumstance,
        "what": class_text(request.label),
        "how": translate(CIRCUMSTANCES.get(request.circumstance, "")),
    }


def _tally(session: Session, own: list[Picture], names: list[str]) -> list[str]:
    lines = [ngettext("1 photo", "{count} photos", len(session.pictures))]
    if len(own) < len(session.pictures):
        lines[0] = _("{photos}, {own} of them yours", photos=lines[0], own=len(own))
    for run, name in zip(session.runs, names, strict=True):
        found = run_tally(session.pictures, run)
        told = _("{right} of {n} correct", right=found.right, n=found.answered)
        lines.append(f"{name}: {told}")
    pair = pair_tally(session.pictures, session.runs)
    return [*lines, verdict_text(pair, names)] if pair else lines


def _picture(session: Session, picture: Picture, names: list[str]) -> dict[str, Any]:
    answers = [
        (name, picture.answers.get(run), picture.right(run))
        for run, name in zip(session.runs, names, strict=True)
    ]
    return {
        "id": picture.id,
        "title": request_text(Request(picture.label, picture.circumstance)),
        "answers": [
            {"run": name, "answer": answer and class_text(answer.predicted), "right": right}
            for name, answer, right in answers
        ],
        "warnings": warning_texts(picture),
        "point": picture.point,
    }
