"""A zip file of somebody's photos becomes a data set: name, progress, report, the next step."""

from typing import Any

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.data.archive import printable
from core.data.dataset_names import clean_name
from core.data.import_report import ImportReport
from core.data.importer import import_upload, unused_name
from core.jobs.local import LocalExecutor
from core.recipe.files import load_recipe
from pages import settings
from pages.widgets.shared import access, first_look
from pages.widgets.ui import messages

UPLOAD_MB = 200  # as server.maxUploadSize of .streamlit/config.toml


def show(key: str) -> None:
    """The steps of an upload; the report of the last one until it is left."""
    if access.show_restriction("upload"):
        return
    done = st.session_state.get(f"{key}.done")
    if done:
        _report(key, *done)
        return
    left, right = st.columns([3, 2], gap="large")
    with right:
        st.markdown(
            _(
                "A zip file with one folder of photos per class, at least two, preferably "
                "inside a folder `train`. Other folders next to it become **test sets**: "
                "photos never used for training. A folder of difficult photos "
                "(`test_difficult`) shows whether a network has learned the object or the "
                "shoot. Labels are not required: you can add them here later."
            )
        )
        st.code(_example(), language=None)
        st.caption(
            _(
                "Photos larger than 1024 pixels are downscaled and saved as JPEG; files "
                "that cannot be imported are excluded and listed. Use `python -m core data "
                "import` for a folder or more than {size} MB.",
                size=UPLOAD_MB,
            )
        )
    with left:
        # Another number makes another widget: an upload that is done lets go of its memory.
        number = st.session_state.setdefault(f"{key}.number", 0)
        sent = st.file_uploader(
            _("Zip file of photos"),
            type="zip",
            key=f"{key}.zip.{number}",
            max_upload_size=UPLOAD_MB,
        )
        if sent is not None:
            _import(key, sent)


def _example() -> str:
    """What lies in such a zip file."""
    return "\n".join(
        (
            "books.zip",
            f"  train/keras/…       {_('photos of one book')}",
            f"  train/bayes/…       {_('photos of another book')}",
            f"  train/background/…  {_('photos without any of the books')}",
            f"  test_difficult/…    {_('different places and light')}",
        )
    )


def _import(key: str, uploaded: Any) -> None:
    parent = settings.datasets_dir()
    name = st.text_input(
        _("Name of the data set"),
        value=unused_name(parent, uploaded.name),
        key=f"{key}.name.{uploaded.file_id}",
        max_chars=60,
        help=_("Letters, digits, `-` and `_`. Used as the folder's name."),
    ).strip()
    problem = _problem(name)
    if problem:
        st.warning(problem, icon=":material/edit:")
    options = first_look.show(f"{key}.first", uploaded)
    if not st.button(
        _("Import"),
        key=f"{key}.go",
        type="primary",
        icon=":material/upload:",
        disabled=bool(problem) or options is None,
    ):
        return
    bar = st.progress(0.0, text=_("Reading the zip file"))

    def show_progress(done: int, total: int) -> None:
        bar.progress(done / total, text=_("{done} of {total} photos", done=done, total=total))

    try:
        dataset, report = import_upload(
            uploaded, uploaded.name, parent, name, show_progress, options
        )
    except InputError as error:
        bar.empty()
        messages.show_error(error)
        return
    st.session_state.pop(f"{key}.first.reading", None)
    st.session_state[f"{key}.done"] = dataset.root.name, report
    st.session_state[f"{key}.number"] += 1
    st.rerun()


def _problem(name: str) -> str:
    """Why a name will not do, in a sentence."""
    parent = settings.datasets_dir()
    if not name:
        return _("Enter a name.")
    if name != clean_name(name):
        return _("Use only letters, digits, - and _, such as `{name}`.", name=clean_name(name))
    if (parent / name).exists():
        return _(
            "`{name}` already exists. Choose another name, such as `{other}`.",
            name=name,
            other=unused_name(parent, name),
        )
    return ""


def _report(key: str, name: str, report: ImportReport) -> None:
    """What was taken and what was refused, and the next step."""
    st.success(
        _(
            "**{name}** is ready: {photos} photos imported, {files} files excluded.",
            name=formatting.escape_markdown(name),
            photos=len(report.imported),
            files=len(report.rejected),
        ),
        icon=":material/check:",
    )
    with st.container(horizontal=True):
        if st.button(
            _("Train with quick"),
            key=f"{key}.train",
            type="primary",
            icon=":material/play_arrow:",
        ):
            with messages.show_errors():
                LocalExecutor(settings.runs_dir()).submit(
                    load_recipe("quick"), settings.datasets_dir() / name
                )
                del st.session_state[f"{key}.done"]
                st.switch_page("runs.py")
        st.button(
            _("View photos"),
            key=f"{key}.look",
            icon=":material/photo_library:",
            on_click=close_report,
            args=(key, name),
        )
        st.button(_("Upload another"), key=f"{key}.again", on_click=close_report, args=(key,))
    rows = [
        {
            _("part"): folder,
            _("photos"): sum(one.folder == folder for one in report.imported),
            _("original location"): printable(found),
        }
        for folder, found in report.folders.items()
    ]
    st.markdown(_("**Imported**"))
    st.dataframe(rows, hide_index=True)
    if not any(not folder.startswith("train/") for folder in report.folders):
        st.info(
            _(
                "There is no test set, so nothing will show whether a network has learned "
                "more than this shoot. Add a folder of other photos, such as "
                "`test_difficult`, next to the classes in the zip (or next to `train/` in "
                "the data set's folder)."
            ),
            icon=":material/lightbulb:",
        )
    changed = [
        {
            _("photo"): one.copied_to,
            _("from"): printable(one.file),
            _("changed"): ", ".join(translate(change) for change in one.changes),
        }
        for one in report.imported
        if one.changes
    ]
    if report.rejected:
        st.markdown(_("**Excluded**"))
        st.dataframe(
            [
                {_("file"): printable(one.name), _("reason"): translate(one.reason)}
                for one in report.rejected
            ],
            hide_index=True,
        )
    if changed:
        st.markdown(_("**Changed on import**"))
        st.dataframe(changed, hide_index=True)
    for note in report.notes:
        st.caption(formatting.escape_markdown(translate(note)))


def close_report(key: str, name: str | None = None) -> None:
    """Away from the report: to the photos of the new data set, or to another upload."""
    st.session_state.pop(f"{key}.done", None)
    if name is not None:
        st.query_params.clear()
        st.query_params["data"] = name
