"""The wall of training views as HTML: each photo as it is, and beside it what the network sees.

One piece of HTML holds everything (pictures included), so that a change of a control arrives as one
message. Text from files is escaped.
"""

from collections.abc import Sequence
from html import escape

from core.base.language import _, join_sentences, ngettext
from core.data.photos import jpeg_data_url
from core.jobs.preview.client import PhotoViews, View

_STYLE = """<style>
.views { display: grid; gap: 1rem 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); }
.views h4 { margin: 0 0 0.3rem; padding: 0; font-size: 1rem; overflow-wrap: anywhere; }
.views h4 span { font-weight: 400; font-size: 0.875rem; opacity: 0.75; }
.views .pictures { display: grid; gap: 0.5rem;
  grid-template-columns: repeat(auto-fit, minmax(5rem, 1fr)); }
.views figure { margin: 0; max-width: 14rem; }
.views img { display: block; width: 100%; border-radius: 0.3rem; }
.views .plain img { box-shadow: 0 0 0 2px var(--st-primary-color, #5146c9); }
.views figcaption { margin-top: 0.2rem; font-size: 0.8rem; line-height: 1.25;
  overflow-wrap: anywhere; }
.views p { margin: 0.3rem 0 0; font-size: 0.875rem; }
</style>"""


def view_grid_html(photos: Sequence[PhotoViews]) -> str:
    """The wall. Every picture says in words what it is."""
    return f'{_STYLE}<div class="views">{"".join(map(_photo, photos))}</div>'


def epoch_text(photos: Sequence[PhotoViews], epochs: int, pool: int | None) -> str:
    """Which epochs the wall shows, of so many, and when the views of a pool come again."""
    shown = [view.epoch for photo in photos for view in photo.views]
    if not shown:
        return ""
    first, last = min(shown), max(shown)
    form = _("As seen in training, epochs {first} to {last} of {count}.")
    if first == last:
        form = _("As seen in training, epoch {first} of {count}.")
    told = form.format(first=first, last=last, count=epochs)
    if pool is None:
        return told
    again = ngettext(
        "Each photo has 1 view, reused across epochs.",
        "Each photo has {count} views, reused across epochs.",
        pool,
    )
    return join_sentences(told, again)


def next_epoch(photos: Sequence[PhotoViews], epochs: int) -> int:
    """Where other views begin: after the last epoch on the wall, or again at the first one."""
    shown = [view.epoch for photo in photos for view in photo.views]
    after = max(shown, default=0) + 1
    return after if after <= epochs else 1


def _photo(photo: PhotoViews) -> str:
    label, file = escape(photo.label), escape(photo.file)
    told = _("{photo}, unchanged", photo=photo.file)
    plain = _figure(photo.unaugmented, told, _("unchanged"), "plain")
    aside = ""
    if not photo.views:
        words = _("Validation photo: not used in training.")
        aside = f"<p>{escape(words)}</p>"
    views = "".join(_view(photo, view) for view in photo.views)
    return (
        f"<section><h4>{label} <span>{file}</span></h4>"
        f'<div class="pictures">{plain}{views}</div>{aside}</section>'
    )


def _view(photo: PhotoViews, view: View) -> str:
    words = _("epoch {epoch}", epoch=view.epoch)
    if view.partner:
        own = round(100 * view.mixup_weight)
        words = _(
            "epoch {epoch}: {own}% {label}, {other}% {partner} ({file})",
            epoch=view.epoch,
            own=own,
            label=photo.label,
            other=100 - own,
            partner=view.partner_label,
            file=view.partner,
        )
    told = _("{photo} in {epoch}", photo=photo.file, epoch=words)
    return _figure(view.jpeg, told, words, "")


def _figure(jpeg: bytes, alt: str, caption: str, css_class: str) -> str:
    return (
        f'<figure class="{css_class}"><img src="{jpeg_data_url(jpeg)}" '
        f'alt="{escape(alt)}"><figcaption>{escape(caption)}</figcaption></figure>'
    )
