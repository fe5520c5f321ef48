"""What the network's use will look like: five questions, on which the score of changed validation
photos rests."""

import streamlit as st

from core.base.errors import InputError
from core.base.language import _, translate
from core.data.dataset import BACKGROUND, Dataset
from core.data.expected_use import USE_QUESTIONS, read_stated_use, write_use
from core.views.use_examples import use_examples
from pages.widgets.shared import access
from pages.widgets.shared.cached import cached
from pages.widgets.ui import lazy_expander, messages

_WIDTH = 90  # pixels of an example picture: three side by side on a phone


def show(key: str, dataset: Dataset) -> None:
    """The questions with the answers that dataset.yaml holds; a click saves. Raises DataError."""
    key = f"{key}.{dataset.root.name}"
    if error := st.session_state.pop(f"{key}.error", None):
        messages.show_error(error)
    stated = read_stated_use(dataset.root)
    box = lazy_expander.show(f"{key}.open", _("Expected use"), ":material/quiz:")
    if box is None:
        return
    examples = _examples(dataset)
    with box:
        st.caption(
            _(
                "New runs are also tested on validation photos changed in these ways, "
                "counting how many are still recognised. Without an answer, mild changes "
                "count. Photos from elsewhere show more than any of this."
            )
        )
        for name, question in USE_QUESTIONS.items():
            widget = f"{key}.{name}"
            st.session_state[widget] = stated.get(name)
            st.segmented_control(
                translate(question.title),
                list(question.answers),
                format_func=lambda answer, q=question: translate(q.answers[answer]),  # type: ignore[misc]
                key=widget,
                on_change=_save,
                args=(key, dataset, name),
                disabled=access.is_restricted("label"),
                help=_(
                    "Default if not answered: {answer}",
                    answer=translate(question.answers[question.default]),
                ),
            )
            with st.container(horizontal=True, gap="small"):
                for answer, jpeg in examples[name]:
                    words = translate(question.answers[answer])
                    st.image(jpeg, width=_WIDTH, caption=words, alt=words)
            if name == "background":
                named = zip(dataset.train, dataset.train_classes, strict=True)
                things = [photo.file for photo, label in named if label != BACKGROUND]
                st.caption(
                    _(
                        "A run pastes objects onto other backgrounds if training photos "
                        "have boxes: {boxed} of {total} do. Open a train or validation "
                        "photo to draw its box; only those of validation photos are used.",
                        boxed=sum(file in dataset.train_boxes for file in things),
                        total=len(things),
                    )
                )


@cached
def _examples(dataset: Dataset) -> dict[str, list[tuple[str, bytes]]]:
    return use_examples(dataset)


def _save(key: str, dataset: Dataset, name: str) -> None:
    """Writes an answer; a second click on it takes it back."""
    try:
        stated = read_stated_use(dataset.root)
        answer = st.session_state[f"{key}.{name}"]
        write_use(dataset.root, {k: v for k, v in {**stated, name: answer}.items() if v})
    except InputError as problem:
        st.session_state[f"{key}.error"] = str(problem)
