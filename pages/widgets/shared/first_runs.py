"""The offer that a first visitor sees: two runs whose validation looks equally good."""

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.data.dataset import find_datasets
from core.jobs.local import LocalExecutor
from core.recipe.files import load_recipe
from pages import settings
from pages.widgets.shared import access
from pages.widgets.ui import messages

EXAMPLE_PRESETS = ("quick", "looks-good")
DEFAULT_DATA = "toy_books"


def show(key: str) -> None:
    """Offers to train the lesson's two runs, then opens Runs. Nothing in a demo (one run each)."""
    if access.is_restricted("repeats"):
        return
    datasets = find_datasets(settings.datasets_dir())
    chosen = next((path for path in datasets if path.name == DEFAULT_DATA), None)
    chosen = chosen or next(iter(datasets), None)
    with st.container(border=True):
        st.subheader(_("Two runs that look equally good"), anchor=False)
        st.markdown(
            _(
                "Train **quick** and **looks-good** on the same photos of books. Both end "
                "with almost no errors on the validation photos.\n\n- **quick** keeps most "
                "of the pretrained network and trains only its last layers, with "
                "augmentation.\n- **looks-good** retrains every layer at high learning "
                "rates, without augmentation.\n\nValidation cannot tell them apart, "
                "because its photos come from the same shoot as the training photos. The "
                "difficult photos and the class maps can: they show whether the network "
                "looks at the books."
            )
        )
        if chosen is None:
            folder = formatting.escape_markdown(str(settings.datasets_dir()))
            st.warning(_("No data set to train on in {folder}.", folder=folder))
            return
        where = formatting.escape_markdown(chosen.name)
        if st.button(
            _("Train both"),
            key=f"{key}.train",
            type="primary",
            icon=":material/play_arrow:",
            help=_(
                "Trains both on {data}, one after the other; takes a few minutes on a laptop.",
                data=where,
            ),
        ):
            with messages.show_errors():
                executor = LocalExecutor(settings.runs_dir())
                for preset in EXAMPLE_PRESETS:
                    executor.submit(load_recipe(preset), chosen)
                st.switch_page("runs.py")
