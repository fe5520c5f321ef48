"""core.views.view_grid: the wall in HTML, and what it says."""

from core.jobs.preview.client import PhotoViews, View
from core.views.view_grid import epoch_text, next_epoch, view_grid_html

PLAIN = View(3, b"jpeg", 1.0, "", "")
MIXED = View(5, b"jpeg", 0.715, "red/img_1.jpg", "red")


def photo(*views, file="blue/img_0.jpg", label="blue"):
    return PhotoViews(file, label, b"plain", views)


def test_every_picture_is_told_in_words():
    html = view_grid_html([photo(PLAIN, MIXED)])
    assert html.count("<img ") == html.count("data:image/jpeg;base64,") == 3
    assert 'alt="blue/img_0.jpg, unchanged"' in html
    assert "<figcaption>epoch 3</figcaption>" in html
    assert "<figcaption>epoch 5: 72% blue, 28% red (red/img_1.jpg)</figcaption>" in html
    assert "validation" not in html


def test_a_photo_without_views_is_kept_aside():
    assert "Validation photo: not used in training." in view_grid_html([photo()])


def test_text_from_files_is_no_markup():
    html = view_grid_html([photo(PLAIN, file='<img src=x onerror="alert(1)">', label="<b>")])
    assert "<img src=x" not in html and "<b>" not in html and "&lt;b&gt;" in html


def test_which_epochs_it_shows():
    assert epoch_text([photo(PLAIN, MIXED)], 32, 8) == (
        "As seen in training, epochs 3 to 5 of 32. Each photo has 8 views, reused across epochs."
    )
    assert epoch_text([photo(PLAIN)], 32, None) == "As seen in training, epoch 3 of 32."
    assert epoch_text([photo()], 32, None) == ""


def test_other_views_come_from_later_epochs_and_at_the_end_from_the_first():
    assert next_epoch([photo(PLAIN), photo(MIXED)], 32) == 6
    assert next_epoch([photo(MIXED)], 5) == 1
    assert next_epoch([], 5) == 1
