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
        "Photos cannot be uploaded in this demo. Run Overfit Lens on your own computer to "
        "upload a zip file of photos."
    ),
    "import": N_("Runs trained elsewhere cannot be imported into this demo."),
    "photo": N_(
        "Photos cannot be tried in this demo: predictions need 1 GB of memory, which the "
        "demo server does not have free."
    ),
    "recipe_file": N_(
        "Files cannot be uploaded in this demo. You can pass on a recipe as a link instead."
    ),
    "label": N_("Labels and boxes cannot be changed in this demo: everyone sees the same ones."),
    "capture": N_(
        "Photos cannot be captured in this demo: predictions need 1 GB of memory, which "
        "the demo server does not have free."
    ),
    "delete_data": N_("Photos cannot be deleted in this demo."),
    "preview": N_(
        "Views cannot be previewed in this demo: this needs 1 GB of memory, which the demo "
        "server does not have free. Training still uses them."
    ),
    "challenge": N_(
        "Groups cannot be ranked in this demo: ranking needs three runs of one recipe and "
        "photos generated for each visitor."
    ),
    "repeats": N_("This demo trains one run at a time: repeats would keep others waiting."),
    "score_again": N_("Runs cannot be rescored in this demo: its labels do not change."),
    "weights": N_("You cannot use your own weights in this demo."),
    "hide_examples": N_("Examples cannot be hidden in this demo."),
    "worker": N_("All visitors of this demo share the worker, so you cannot start or stop it."),
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
