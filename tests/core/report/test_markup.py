"""Only what `tag` made is markup."""

import pytest

from core.report.markup import Markup, number, tag


def test_text_is_escaped_and_tags_are_not():
    assert tag("p", '1 < 2 & "3"', tag("b", "so")) == (
        "<p>1 &lt; 2 &amp; &quot;3&quot;<b>so</b></p>"
    )


def test_attributes_are_escaped_too():
    found = tag("img", alt='" onerror="alert(1)', src=None, hidden=True, stroke_width=1.5)
    assert found == '<img alt="&quot; onerror=&quot;alert(1)" hidden stroke-width="1.5">'


def test_lists_and_nothing_are_content():
    assert tag("ul", [tag("li", "a"), None, [tag("li", "b")]], class_="plain") == (
        '<ul class="plain"><li>a</li><li>b</li></ul>'
    )


def test_what_html_cannot_hold_is_replaced():
    assert tag("p", "a\x00b\x1b[31m\ud800") == "<p>a\ufffdb\ufffd[31m\ufffd</p>"
    tag("p", "\udfff").encode("utf-8")


def test_a_number_keeps_its_per_cent_sign():
    assert tag("p", "58 %") == "<p>58\u00a0%</p>"


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (0.125, "0.12"), (-3.5, "-3.5")])
def test_coordinates(value, text):
    assert number(value) == text


def test_markup_that_is_joined_with_text_is_text_again():
    """`+` on Markup gives plain text, which is escaped: a mistake shows, and does no harm."""
    assert not isinstance(Markup("<b>") + "x", Markup)
