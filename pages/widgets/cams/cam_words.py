"""What the CAM grid says in the browser (cam_grid_js/), in the reader's language."""

from core.base.language import _


def grid_text() -> dict[str, str | list[str]]:
    """For `fill` and `fillCount` of fill.js."""
    return {**_header_text(), **_cell_text(), **_control_text(), **_dialog_text()}


def _header_text() -> dict[str, str | list[str]]:
    return {
        "note": _(
            "Where it glows lies what speaks for the class. The number is the share of that "
            "evidence inside the object's box; the mark on the bar is what an even spread would "
            "put there. Click a photo, or walk with the arrow keys and press Enter, to see it "
            "large."
        ),
        "grid": _("Photos and class maps"),
        "diagnosis": _("Read the diagnosis"),
        "epoch": _("epoch {epoch}"),
        "epoch_mean": _("epoch {epoch}, mean of {count} runs"),
        "no_boxes": _("no boxes in this set"),
        "lift": _("in the box, lift {lift}"),
        "lift_help": _(
            "Mean over {objects} objects. Evidence strewn evenly would put {area} there: lift 1."
        ),
        "photos": [_("1 photo"), _("{count} photos")],
    }


def _cell_text() -> dict[str, str | list[str]]:
    return {
        "photo": _("photo {file}"),
        "photo_shows": _("photo {file}, which shows {name}"),
        "no_label": _("no label"),
        "also": _("also {names}"),
        "comma": _(", "),
        "even": _("What evidence strewn evenly would put into the box"),
        "no_map": _("This run has no map of this photo."),
        "says": _("says {name} {chance}"),
        "says_votes": _("says {name} {chance}, {votes} of {runs} runs"),
        "nothing_to_explain": _("no label to explain"),
        "unknown": _("this run does not know {name}"),
        "in_box": _("in the box of {name}"),
        "share_in_box": _("{share} of evidence in the box of {name}"),
        "absent": _("{name} is not in this photo"),
        "background": _("background has no box"),
        "no_box": _("no box of {name}"),
        "no_evidence": _("no evidence for {name} at all"),
        "spoken": _("photo {file}, run {run}: says {name} {chance}, {where}"),
        "spoken_right": _("photo {file}, run {run}: says {name} {chance} (right), {where}"),
        "spoken_wrong": _(
            "photo {file}, run {run}: says {name} {chance} (wrong, it shows {primary}), {where}"
        ),
    }


def _control_text() -> dict[str, str | list[str]]:
    return {
        "class": _("Evidence for"),
        "class_help": _("The class whose evidence the heat shows"),
        "predicted": _("what each run predicts"),
        "labelled": _("what the photo shows"),
        "heat": _("Heat"),
        "heat_help": _("How much the map covers the photo"),
        "moment": _("Moment"),
        "moment_help": _(
            "How much of the training has passed; maps were saved at each cycle's end"
        ),
        "end": _("end"),
        "speed": _("Speed"),
        "slow": _("slow"),
        "normal": _("normal"),
        "fast": _("fast"),
        "pause": _("Pause"),
        "play": _("Play the training"),
        "scale": _("Scale"),
        "scale_help": _(
            "One for all: a colour means the same share of a run's evidence everywhere, so runs "
            "compare. Each its own: the strongest spot of every map is brightest, also of one "
            "that says little. Raw: what the network adds up to its answer, before it becomes a "
            "share; blue speaks against."
        ),
        "one": _("one for all"),
        "own": _("each its own"),
        "raw": _("raw values"),
        "boxes": _("Boxes"),
        "order": _("Order"),
        "order_help": _("By what the runs show at the end of their training"),
        "by_name": _("by name"),
        "disagree": _("runs disagree most"),
        "worst": _("worst in the box"),
        "nothing": _("nothing"),
        "most": _("the map's most"),
        "raw_value": _("Raw value"),
        "evidence": _("Evidence"),
        "times_even": _("Times an even spread"),
        "colours": _("Colours: {marks}"),
        "to": _(" to "),
    }


def _dialog_text() -> dict[str, str | list[str]]:
    return {
        "class_present": _("{name} (in the photo) {chance}"),
        "class_share": _("{share} in the box"),
        "before": _("Photo before"),
        "next": _("Next photo"),
        "close": _("Close"),
        "place": _("{file}, {at} of {count}"),
        "large": _("Photo {file} large"),
    }
