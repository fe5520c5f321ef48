"""Views of Runs that were saved by name: what is searched for, the order, columns and grouping, in
`views.json` in the runs folder, for all who see it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from core.base import files
from core.base.errors import RunError, naming_os_errors
from core.base.language import N_

VIEWS_FILE = "views.json"
VIEW_PARAMS = ("q", "sort", "columns", "group")  # of the page's link
MAX_VIEWS, MAX_NAME = 50, 60
Views = dict[str, dict[str, str]]  # the link's parameters, by the view's name
_ADAPTER = TypeAdapter(Views)


def read_views(runs_dir: Path) -> Views:
    """The saved views by name; none where the file is missing or damaged."""
    try:
        found = _ADAPTER.validate_json((runs_dir / VIEWS_FILE).read_bytes())
    except (OSError, ValidationError):
        return {}
    return {name: _known(params) for name, params in found.items()}


def save_view(runs_dir: Path, name: str, params: Mapping[str, str] | None) -> None:
    """Saves a view under a name, which replaces one of that name; None deletes it. Raises
    RunError."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise RunError(N_("name: must be 1 to {most} characters", most=MAX_NAME))
    path = runs_dir / VIEWS_FILE
    with naming_os_errors(path), files.locked(runs_dir / ".views.lock"):
        views = read_views(runs_dir)
        views.pop(name, None)
        if params is not None:
            views[name] = _known(params)
        if len(views) > MAX_VIEWS:
            raise RunError(N_("at most {most} views can be saved", most=MAX_VIEWS))
        files.write_json(path, dict(sorted(views.items())))


def view_link(page_url: str, params: Mapping[str, str]) -> str:
    """The address of a page with these parameters."""
    return f"{page_url.partition('?')[0]}?{urlencode(params)}" if params else page_url


def _known(params: Mapping[str, str]) -> dict[str, str]:
    return {name: params[name] for name in VIEW_PARAMS if params.get(name)}
