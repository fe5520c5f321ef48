"""What watches a server asks: `/healthz`, whether it lives, and `/readyz`, whether it can work. And
the check at its start: what is set wrongly or lacking, a line each with what to do."""

import os
from collections.abc import Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from streamlit import config
from streamlit.auth_util import get_secrets_auth_section

from core.base import demo_mode
from core.base.errors import InputError
from core.base.files import runs_root
from core.hosting import access, sign_in_setup
from core.jobs import resources
from core.jobs.worker_settings import check_executor, read_worker_settings
from server.responses import frame_owners

LEAST_DISK, LEAST_MEMORY = 200_000_000, 50_000_000  # bytes that are free, to serve
MEMORY_TO_TRAIN = 1_800_000_000  # bytes in all: a demo's 2 GB, less what a machine keeps


async def healthz(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def readyz(request: Request) -> JSONResponse:
    """What is lacking, in single words: anybody may ask."""
    lacking = list(_lacking())
    return JSONResponse({"ready": not lacking, "lacking": lacking}, 503 if lacking else 200)


def start_problems() -> list[str]:
    """A line for each thing that the owner of this server should mend."""
    found = [*_setting_problems(), *_lacking().values()]
    auth = get_secrets_auth_section()
    if auth:
        found += sign_in_setup.problems(auth, config.get_option("server.allowedHosts"))
        if not access.sign_in_required():
            found.append(f"[auth] without {access.ALLOW_LIST_VARIABLE} lets nobody in; set it")
    elif access.sign_in_required():
        found.append(f"{access.ALLOW_LIST_VARIABLE} without [auth] in secrets.toml lets nobody in")
    return found


def _setting_problems() -> list[str]:
    settings: list[Callable[[], object]] = [
        demo_mode.is_training_allowed,
        demo_mode.is_capture_allowed,
        access.sign_in_lasts,
        frame_owners,
        lambda: check_executor(read_worker_settings(runs_root())),
    ]
    if access.sign_in_required():
        settings.append(access.allow_list)
    found = []
    for read in settings:
        try:
            read()
        except InputError as error:
            found.append(str(error))
    return list(dict.fromkeys(found))


def _lacking() -> dict[str, str]:
    """What this machine lacks, and what to do."""
    root, found = runs_root(), {}
    place = next(each for each in (root, *root.absolute().parents) if each.exists())
    disk, memory = resources.disk(root), resources.memory()
    if not os.access(place, os.W_OK):
        found["disk"] = f"{root} cannot be written; give it to user {os.getuid()}"
    elif disk is not None and disk.free < LEAST_DISK:
        found["disk"] = f"{disk.free / 1e9:.1f} GB of disk are left for {root}; free some"
    if memory is not None and memory.free < LEAST_MEMORY:
        found["memory"] = f"{memory.free / 1e9:.1f} GB of memory are left; raise the limit"
    with suppress(InputError):
        if memory and memory.total < MEMORY_TO_TRAIN and demo_mode.is_training_allowed():
            found["worker"] = (
                f"{memory.total / 1e9:.1f} GB of memory are too few to train (2 GB): raise the "
                "limit, or set OVERFIT_LENS_MODE=demo and OVERFIT_LENS_TRAINING=off"
            )
    return found
