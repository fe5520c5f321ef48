"""Demo mode: whether it is on, and what is never done in it.

`OVERFIT_LENS_MODE=demo` turns it on; `OVERFIT_LENS_TRAINING=off` forbids training there.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Literal

from core.base.errors import InputError
from core.base.files import PROJECT_ROOT
from core.base.language import N_, ngettext, translate

RETENTION = timedelta(days=1)  # a visitor's run, and everything else of theirs
Action = Literal[
    "upload",
    "import",
    "photo",
    "recipe_file",
    "label",
    "capture",
    "delete_data",
    "preview",
    "challenge",
    "repeats",
    "score_again",
    "weights",
    "worker",
    "hide_examples",
]

_REFUSALS: dict[Action, str] = {
    "upload": N_(
        "Photos cannot be uploaded in this demo. On your own computer Overfit Lens "
        "takes a zip file of them."
    ),
    "import": N_("Runs of other places cannot be brought into this demo."),
    "photo": N_(
        "No photo can be tried in this demo: asking a network takes a process of "
        "1 GB, which the demo's machine has not left."
    ),
    "recipe_file": N_("Files cannot be uploaded in this demo. A recipe travels in the link, too."),
    "label": N_("Labels and boxes cannot be changed in this demo: everybody sees the same."),
    "capture": N_(
        "No photos are captured in this demo: asking networks takes a process of 1 GB, which "
        "the demo's machine has not left."
    ),
    "delete_data": N_("Photos cannot be deleted in this demo."),
    "preview": N_(
        "The views are not drawn in this demo: that takes a process of 1 GB, which the "
        "demo's machine has not left. Training uses them all the same."
    ),
    "challenge": N_(
        "Groups are not ranked in this demo: that takes three runs of one recipe, and "
        "photos drawn for each visitor."
    ),
    "repeats": N_("One run at a time in this demo: repeats would keep others waiting."),
    "score_again": N_("Runs are not scored again in this demo: its labels do not change."),
    "weights": N_("Weights of your own cannot be used in this demo."),
    "hide_examples": N_("The examples are always listed in this demo."),
    "worker": N_(
        "The worker serves all visitors of this demo, so none of them starts or stops it."
    ),
}


def retention_text() -> str:
    """How long visitors' runs stay."""
    return ngettext("{count} day", "{count} days", RETENTION.days)


class DemoError(InputError):
    """The demo does not do this. The message is one line for its visitor."""


def is_enabled() -> bool:
    """Whether this is a hosted demo. Raises InputError where the setting is not understood: a
    mistyped word must not open everything."""
    return _setting("OVERFIT_LENS_MODE", ("", "local", "demo")) == "demo"


def is_training_allowed() -> bool:
    """Whether visitors may train; anybody may where this is no demo."""
    return not is_enabled() or _setting("OVERFIT_LENS_TRAINING", ("", "on", "off")) != "off"


def is_capture_allowed() -> bool:
    """Whether visitors may capture photos; anybody may where this is no demo."""
    return not is_enabled() or _setting("OVERFIT_LENS_CAPTURE", ("", "on", "off")) == "on"


def datasets_root() -> Path:
    """The folder of data sets: OVERFIT_LENS_DATA, or `dataset/` in the project, as always in a
    demo."""
    moved = "" if is_enabled() else os.environ.get("OVERFIT_LENS_DATA")
    return Path(moved or PROJECT_ROOT / "dataset")


def _setting(name: str, known: tuple[str, ...]) -> str:
    value = os.environ.get(name, "").strip().lower()
    if value not in known:
        first, second = filter(None, known)
        wanted = N_("must be {first} or {second}", first=first, second=second)
        raise InputError(f"{name}={value}: {wanted}")
    return value


def blocked_reason(action: Action) -> str:
    """Why the demo does not do this, in a sentence; empty where this is no demo."""
    allowed = not is_enabled() or (action == "capture" and is_capture_allowed())
    return "" if allowed else refusal_text(action)


def check_allowed(action: Action) -> None:
    """Raises DemoError in the demo."""
    if words := blocked_reason(action):
        raise DemoError(words)


def refusal_text(action: Action) -> str:
    """Why the demo does not do this, in a sentence."""
    return translate(_REFUSALS[action])
