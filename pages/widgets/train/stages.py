"""How long to train: stages in order, each for some epochs or in cycles."""

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from pages.widgets.train import optimizer
from pages.widgets.train.draft import Draft

_MAX_STAGES = 20
_TRAINED_PARTS = {
    "head": N_("only the head learns"),
    "bands": N_("all bands learn"),
    "probe": N_("linear probe"),
    "wise_ft": N_("WiSE-FT"),
}
_SCHEDULES = {"epochs": N_("epochs"), "cycles": N_("cycles")}
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
        _("Add a stage"),
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
    earlier, later = list(stages), list(stages)
    if number > 0:
        earlier[number - 1 : number + 1] = [stages[number], stages[number - 1]]
    if number < last:
        later[number : number + 2] = [stages[number + 1], stages[number]]
    for name, icon, words, result, off in (
        ("up", ":material/arrow_upward:", _("Train this stage earlier"), earlier, number == 0),
        ("down", ":material/arrow_downward:", _("Train this stage later"), later, number == last),
        (
            "remove",
            ":material/close:",
            _("Remove this stage"),
            stages[:number] + stages[number + 1 :],
            last == 0,
        ),
    ):
        if st.button(icon, key=f"{key}.{name}", type="tertiary", help=words, disabled=off):
            draft.override_and_rerun({"stages": result})


def _stage(key: str, start: Stage, default_optimizer: dict[str, Any]) -> Stage:
    what = st.selectbox(
        _("What learns"),
        list(_TRAINED_PARTS),
        list(_TRAINED_PARTS).index(start["train"]),
        key=f"{key}.train",
        format_func=lambda name: translate(_TRAINED_PARTS[name]),
        persist_state="session",
        label_visibility="collapsed",
    )
    if what == "probe":
        st.caption(
            _("Logistic regression on the frozen features of the plain photos becomes the head.")
        )
        return {"train": what}
    if what == "wise_ft":
        alpha = st.slider(
            _("Share of the fine-tuned weights"),
            0.0,
            1.0,
            0.5 if start.get("alpha") is None else float(start["alpha"]),
            0.05,
            key=f"{key}.alpha",
            persist_state="session",
            help=_(
                "Each weight ends between its value after the first stage (0) and its value now "
                "(1)."
            ),
        )
        return {"train": what, "alpha": alpha}
    kind = st.segmented_control(
        _("How it is timed"),
        list(_SCHEDULES),
        required=True,
        default="cycles" if start.get("cycles") else "epochs",
        key=f"{key}.kind",
        format_func=lambda name: translate(_SCHEDULES[name]),
        persist_state="session",
        label_visibility="collapsed",
        help=_(
            "An epoch shows every training photo once. Epochs: at a constant rate. Cycles: "
            "the rate falls along a cosine to 0, then starts again."
        ),
    )
    stage: Stage = {"train": what}
    if kind == "epochs":
        stage["epochs"] = _number(
            f"{key}.epochs",
            _("Epochs"),
            start.get("epochs") or 5,
            1000,
            _("Passes over the training photos."),
        )
    else:
        with st.container(horizontal=True, gap="small"):
            for name, label, top, words in (
                ("cycles", _("Cycles"), 20, _("How often the rate falls from full to 0.")),
                ("cycle_len", _("First"), 500, _("Epochs of the first cycle.")),
                (
                    "cycle_mult",
                    _("Times"),
                    4,
                    _("Each cycle is so many times as long as the one before."),
                ),
            ):
                value = start.get(name) or _NEW_STAGE[name]
                stage[name] = _number(f"{key}.{name}", label, value, top, words, 88)
        if stage["cycle_mult"] == 1 and "cycle_mult" not in start:
            del stage["cycle_mult"]  # as it was written
    return stage | _stage_options(key, start, default_optimizer)


def _stage_options(key: str, start: Stage, default_optimizer: dict[str, Any]) -> Stage:
    """What a stage may have of its own, as far as it has it."""
    with st.popover(_("More"), key=f"{key}.more", type="tertiary", icon=":material/tune:"):
        best = st.toggle(
            _("End with the best epoch"),
            start.get("keep") == "best",
            key=f"{key}.keep",
            persist_state="session",
            help=_(
                "The weights of the epoch with the lowest "
                "validation loss, not the last one's (`keep: best`)."
            ),
        )
        warmup = st.toggle(
            _("Warm up"),
            start.get("warmup") == "fastai",
            key=f"{key}.warmup",
            persist_state="session",
            help=_(
                "The first twentieth of the first cycle's batches "
                "trains at a hundredth of the rate, as in fast.ai (`warmup: fastai`)."
            ),
        )
        lr = st.number_input(
            _("One rate for this stage"),
            0.0,
            10.0,
            start.get("lr"),
            1e-3,
            format="%.3g",
            key=f"{key}.lr",
            persist_state="session",
            placeholder=_("the bands' rates"),
            help=_(
                "For all that trains in this stage. Empty: each band at its own rate, and a "
                "head stage at the last band's."
            ),
        )
        own = st.toggle(
            _("An optimizer of its own"),
            bool(start.get("optimizer")),
            key=f"{key}.own",
            persist_state="session",
        )
        stage: Stage = {
            "keep": "best" if best else "last",
            "warmup": "fastai" if warmup else "none",
        }
        if lr is not None:
            stage["lr"] = lr
        if own:
            stage["optimizer"] = optimizer.show(
                f"{key}.optimizer", start.get("optimizer") or default_optimizer
            )
    return stage


def _number(
    key: str, label: str, value: int, max_value: int, help_text: str, width: int = 190
) -> int:
    return int(
        st.number_input(
            label,
            1,
            max_value,
            value,
            key=key,
            persist_state="session",
            help=help_text,
            width=width,
        )
    )
