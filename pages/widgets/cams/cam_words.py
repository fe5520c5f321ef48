"""What the CAM grid says in the browser (cam_grid_js/), in the reader's language."""

from __future__ import annotations

from core.base.language import say


def grid_words() -> dict[str, str | list[str]]:
    """For `fill` and `fillCount` of fill.js."""
    return {**_heads(), **_cells(), **_controls(), **_large()}


def _heads() -> dict[str, str | list[str]]:
    return {
        "note": say(
            "Where it glows lies what speaks for the class. The number is the share of that "
            "evidence inside the object's box; the mark on the bar is what an even spread would "
            "put there. Click a photo, or walk with the arrow keys and press Enter, to see it "
            "large."
        ),
        "grid": say("Photos and class maps"),
        "diagnosis": say("Read the diagnosis"),
        "epoch": say("epoch {epoch}"),
        "epoch_mean": say("epoch {epoch}, mean of {count} runs"),
        "no_boxes": say("no boxes in this set"),
        "lift": say("in the box, lift {lift}"),
        "lift_help": say(
            "Mean over {objects} objects. Evidence strewn evenly would put {area} there: lift 1."
        ),
        "photos": [say("1 photo"), say("{count} photos")],
    }


def _cells() -> dict[str, str | list[str]]:
    return {
        "photo": say("photo {file}"),
        "photo_shows": say("photo {file}, which shows {name}"),
        "no_label": say("no label"),
        "also": say("also {names}"),
        "comma": say(", "),
        "even": say("What evidence strewn evenly would put into the box"),
        "no_map": say("This run has no map of this photo."),
        "says": say("says {name} {chance}"),
        "says_votes": say("says {name} {chance}, {votes} of {runs} runs"),
        "nothing_to_explain": say("no label to explain"),
        "unknown": say("this run does not know {name}"),
        "in_box": say("in the box of {name}"),
        "share_in_box": say("{share} of evidence in the box of {name}"),
        "absent": say("{name} is not in this photo"),
        "background": say("background has no box"),
        "no_box": say("no box of {name}"),
        "no_evidence": say("no evidence for {name} at all"),
        "spoken": say("photo {file}, run {run}: says {name} {chance}, {where}"),
        "spoken_right": say("photo {file}, run {run}: says {name} {chance} (right), {where}"),
        "spoken_wrong": say(
            "photo {file}, run {run}: says {name} {chance} (wrong, it shows {primary}), {where}"
        ),
    }


def _controls() -> dict[str, str | list[str]]:
    return {
        "class": say("Evidence for"),
        "class_help": say("The class whose evidence the heat shows"),
        "predicted": say("what each run predicts"),
        "labelled": say("what the photo shows"),
        "heat": say("Heat"),
        "heat_help": say("How much the map covers the photo"),
        "moment": say("Moment"),
        "moment_help": say(
            "How much of the training has passed; maps were saved at each cycle's end"
        ),
        "end": say("end"),
        "speed": say("Speed"),
        "slow": say("slow"),
        "normal": say("normal"),
        "fast": say("fast"),
        "pause": say("Pause"),
        "play": say("Play the training"),
        "scale": say("Scale"),
        "scale_help": say(
            "One for all: a colour means the same share of a run's evidence everywhere, so runs "
            "compare. Each its own: the strongest spot of every map is brightest, also of one "
            "that says little. Raw: what the network adds up to its answer, before it becomes a "
            "share; blue speaks against."
        ),
        "one": say("one for all"),
        "own": say("each its own"),
        "raw": say("raw values"),
        "boxes": say("Boxes"),
        "order": say("Order"),
        "order_help": say("By what the runs show at the end of their training"),
        "by_name": say("by name"),
        "disagree": say("runs disagree most"),
        "worst": say("worst in the box"),
        "nothing": say("nothing"),
        "most": say("the map's most"),
        "raw_value": say("Raw value"),
        "evidence": say("Evidence"),
        "times_even": say("Times an even spread"),
        "colours": say("Colours: {marks}"),
        "to": say(" to "),
    }


def _large() -> dict[str, str | list[str]]:
    return {
        "class_present": say("{name} (in the photo) {chance}"),
        "class_share": say("{share} in the box"),
        "before": say("Photo before"),
        "next": say("Next photo"),
        "close": say("Close"),
        "place": say("{file}, {at} of {count}"),
        "large": say("Photo {file} large"),
    }
