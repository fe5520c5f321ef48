"""How long to train: stages in order, each for some epochs or in cycles."""

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from pages.widgets.train.controls import Group
from pages.widgets.train.draft import Draft
from pages.widgets.train.optimization import show_optimizer

_MAX_STAGES = 20
_TRAINED_PARTS = {
    "head": N_("head only"),
    "bands": N_("all bands"),
    "probe": N_("linear probe"),
    "wise_ft": N_("WiSE-FT"),
}
_SCHEDULES = {"epochs": N_("epochs"), "cycles": N_("cycles")}
_LENGTHS = {  # by schedule: key, label, most, help, width of the control in pixels
    "epochs": (("epochs", N_("Epochs"), 1000, N_("Passes over the training photos."), 190),),
    "cycles": (
        ("cycles", N_("Cycles"), 20, N_("How many times the rate falls from full to 0."), 88),
        ("cycle_len", N_("First cycle (epochs)"), 500, N_("Epochs of the first cycle."), 150),
        (
            "cycle_mult",
            N_("Cycle length multiplier"),
            4,
            N_("Each cycle is this many times as long as the previous one."),
            150,
        ),
    ),
}
_NEW_STAGE: dict[str, Any] = {"train": "bands", "cycles": 1, "cycle_len": 5, "cycle_mult": 1}
Stage = dict[str, Any]


def show(draft: Draft) -> list[Stage]:
    """The recipe's `stages`."""
    begin: list[Stage] = draft.start_value("stages")
    places, stages = [], []
    for number, stage in enumerate(begin):
        with st.container(border=True, gap="small"):
            places.append(st.container(horizontal=True, vertical_alignment="center", gap="xsmall"))
            key = f"{draft.key_prefix('stages')}.{number}"
            stages.append(_stage(key, stage, draft.start_value("optimizer")))
            draft.error_containers[f"stages.{number}"] = st.container()
    for number, place in enumerate(places):  # the buttons know every stage as it is now
        with place:
            _head(draft, stages, number)
    if st.button(
        _("Add stage"),
        key=f"{draft.key_prefix('stages')}.add",
        icon=":material/add:",
        type="tertiary",
        disabled=len(stages) >= _MAX_STAGES,
    ):
        draft.override_and_rerun({"stages": [*stages, _NEW_STAGE]})
    return stages


def _head(draft: Draft, stages: list[Stage], number: int) -> None:
    st.markdown(_("**Stage {number}**", number=number + 1), width="stretch")
    key, last = f"{draft.key_prefix('stages')}.{number}", len(stages) - 1
    rest = stages[:number] + stages[number + 1 :]
    for name, icon, words, to, off in (
        ("up", ":material/arrow_upward:", _("Move stage up"), number - 1, number == 0),
        (
            "down",
            ":material/arrow_downward:",
            _("Move stage down"),
            number + 1,
            number == last,
        ),
        ("remove", ":material/close:", _("Remove stage"), None, last == 0),
    ):
        if st.button(icon, key=f"{key}.{name}", type="tertiary", help=words, disabled=off):
            moved = rest if to is None else [*rest[:to], stages[number], *rest[to:]]
            draft.override_and_rerun({"stages": moved})


def _stage(key: str, start: Stage, default_optimizer: dict[str, Any]) -> Stage:
    controls = Group(key, start)
    what = controls.select("train", _("Train"), _TRAINED_PARTS, label_visibility="collapsed")
    if what == "probe":
        st.caption(
            _(
                "The head becomes a logistic regression on the frozen features of the original "
                "photos."
            )
        )
        return {"train": what}
    if what == "wise_ft":
        alpha = controls.value_slider(
            "alpha",
            _("Fraction of the fine-tuned weights (alpha)"),
            0.0,
            1.0,
            0.05,
            0.5 if start.get("alpha") is None else start["alpha"],
            help=_(
                "Each weight is interpolated between its value after the first stage (0) "
                "and its current value (1)."
            ),
        )
        return {"train": what, "alpha": alpha}
    kind = controls.segments(
        "kind",
        _("Schedule"),
        _SCHEDULES,
        "cycles" if start.get("cycles") else "epochs",
        label_visibility="collapsed",
        help=_(
            "An epoch uses every training photo once. Epochs: constant learning rate. "
            "Cycles: the rate falls along a cosine to 0, then restarts."
        ),
    )
    stage: Stage = {"train": what}
    with st.container(horizontal=True, gap="small"):
        for name, label, most, words, width in _LENGTHS[kind]:
            value = start.get(name) or _NEW_STAGE.get(name, 5)
            stage[name] = controls.number(
                name, translate(label), 1, most, start=value, help=translate(words), width=width
            )
    if stage.get("cycle_mult") == 1 and "cycle_mult" not in start:
        del stage["cycle_mult"]  # as it was written
    return stage | _stage_options(controls, default_optimizer)


def _stage_options(controls: Group, default_optimizer: dict[str, Any]) -> Stage:
    """What a stage may have of its own, as far as it has it."""
    start = controls.values
    with st.popover(
        _("More options"), key=f"{controls.key}.more", type="tertiary", icon=":material/tune:"
    ):
        best = controls.switch(
            "keep",
            _("Keep best epoch"),
            start.get("keep") == "best",
            _(
                "Uses the weights of the epoch with the lowest validation loss instead of "
                "the last (`keep: best`)."
            ),
        )
        warmup = controls.switch(
            "warmup",
            _("Warm-up"),
            start.get("warmup") == "fastai",
            _(
                "Trains the first twentieth of the first cycle's batches at a hundredth of "
                "the rate, as in fast.ai (`warmup: fastai`)."
            ),
        )
        lr = controls.number(
            "lr",
            _("Stage learning rate"),
            0.0,
            10.0,
            1e-3,
            format="%.3g",
            placeholder=_("the bands' rates"),
            help=_(
                "Applies to everything trained in this stage. Empty: each band uses its "
                "own rate, and a head stage uses the last band's."
            ),
        )
        own = controls.switch("own", _("Separate optimizer"), start.get("optimizer"))
        stage: Stage = {
            "keep": "best" if best else "last",
            "warmup": "fastai" if warmup else "none",
        }
        if lr is not None:
            stage["lr"] = lr
        if own:
            key = f"{controls.key}.optimizer"
            stage["optimizer"] = show_optimizer(key, start.get("optimizer") or default_optimizer)
    return stage
