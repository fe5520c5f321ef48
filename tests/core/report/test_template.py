"""Only what the report's template holds is markup."""

from core.report.page import _template, problem_page


def rendered(source: str, **values: object) -> str:
    return _template().environment.from_string(source).render(**values)


def test_text_is_escaped_in_content_and_attributes():
    assert "1 &lt; 2 &amp; &#34;3&#34;" in problem_page('1 < 2 & "3"')
    found = rendered('<img alt="{{ alt }}">', alt='" onerror="alert(1)')
    assert found == '<img alt="&#34; onerror=&#34;alert(1)">'


def test_what_html_cannot_hold_is_replaced():
    assert rendered("{{ text }}", text="a\x00b\x1b[31m\ud800") == "a\ufffdb\ufffd[31m\ufffd"
    problem_page("\udfff").encode("utf-8")


def test_nothing_is_written_as_nothing():
    assert rendered("{{ text }}", text=None) == ""
