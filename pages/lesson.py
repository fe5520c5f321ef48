"""Lesson: the first page a visitor sees; seven steps on a network that only looks good."""

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.lesson.repairs import TOY_HEADING, arm_names, read_arms
from core.lesson.steps import titles
from core.toy_books.covers import covers_pdf
from pages import settings
from pages.widgets.lesson import figure, navigation, runs
from pages.widgets.lesson import text as lesson_text
from pages.widgets.shared import capture_link, links
from pages.widgets.shared.first_runs import DEFAULT_DATA

FAILING_PRESET = "looks-good"  # the preset that the example runs of A were made with


def choose_arm(step: int) -> str:
    """What the sixth step's recipe is without, by its key, which the link keeps."""
    if step != 6:
        return "nothing"
    names, measured = arm_names(), list(read_arms(TOY_HEADING)) or ["nothing"]
    linked = st.query_params.get("without", "")
    st.session_state["lesson.without"] = linked if linked in measured else measured[0]

    def write_url() -> None:
        st.query_params["without"] = st.session_state["lesson.without"]

    return str(
        st.pills(
            _("Component to remove"),
            measured,
            required=True,
            key="lesson.without",
            on_change=write_url,
            format_func=lambda key: names[key],
        )
    )


def show_welcome() -> None:
    """What the product is and for whom, above the first step, and the ways past the lesson."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.markdown(
            _(
                "**Overfit Lens** shows whether a network trained on a few dozen photos "
                "learned the object or only the photos."
            ),
            width="stretch",
        )
        links.to("train", _("Skip to training"), icon="")
        links.to("data", _("Open your photos"), icon="")


def show_next_links() -> None:
    """From the last step to the pages where one does it."""
    with st.container(horizontal=True, gap="medium", key="lesson.ways"):
        links.to("train", _("Open the failing recipe on Train"), preset=FAILING_PRESET)
        if (settings.ROOT / "pages" / "challenge.py").is_file():
            links.to("challenge", _("Challenge leaderboard"))
        st.download_button(
            _("Print book covers"),
            covers_pdf,
            "covers.pdf",
            "application/pdf",
            icon=":material/print:",
            help=_("A PDF of five A5 pages. Wrap them around real books and photograph those."),
            on_click="ignore",
            key="lesson.covers",
        )
        capture_link.show(DEFAULT_DATA)


def show_step(number: int, teacher_mode: bool, vote: str) -> bool:
    """Title, text, picture, and what it means; whether that is still hidden."""
    pair = runs.cached_pair()
    colours = runs.side_colours(pair)
    st.title(titles()[number - 1], anchor=False)
    words, choice = st.container(), st.container()
    with choice:
        without = choose_arm(number)
    step = runs.cached_step(number, vote, without)
    with words:
        lesson_text.show_html(lesson_text.text_html(step.text), colours, teacher_mode)
    figure.show(number, pair, teacher_mode, without)
    if number == len(titles()):
        show_next_links()
    hidden = bool(step.answer) and not navigation.is_answer_shown(number, teacher_mode, vote)
    if not hidden:
        answer = lesson_text.text_html(step.answer, "answer") if step.answer else ""
        lesson_text.show_html(
            answer + lesson_text.questions_html(step.questions), colours, teacher_mode
        )
    return hidden


def show_page() -> None:
    """One step, and the way to the next."""
    number, vote = navigation.current(), navigation.current_vote()
    with st.container():  # in each step: were it not, two titles would stand for a moment
        if number == 1:
            show_welcome()
    teach = navigation.bar(number)
    try:
        hidden = show_step(number, teach, vote)
    except InputError as problem:
        st.title(_("Lesson"), anchor=False)
        st.info(formatting.escape_markdown(translate(str(problem))), icon=":material/info:")
        st.markdown(
            _(
                "The lesson needs the example runs in `runs/examples/`, which come with "
                "the project. To restore them, run `git checkout runs/examples`."
            )
        )
        return
    navigation.buttons(number, hidden, teach)


with st.container(horizontal_alignment="center"), st.container(width=navigation.WIDTH):
    show_page()
