import pytest

from core.base.errors import InputError
from core.hosting.access import ALLOW_LIST_VARIABLE, allow_list, decide_access, sign_in_required


@pytest.mark.parametrize(
    ("user", "answer"),
    [
        ({"email": "ann@example.org", "email_verified": True}, "in"),
        ({"email": "Ann@Example.ORG", "email_verified": "true"}, "in"),
        ({"email": "bob@school.example", "email_verified": True}, "in"),
        ({"email": "bob@example.org", "email_verified": True}, "unlisted"),
        ({"email": "bob@evil-school.example", "email_verified": True}, "unlisted"),
        ({"email": "bob@sub.school.example", "email_verified": True}, "unlisted"),
        ({"email": "ann@example.org", "email_verified": False}, "unverified"),
        ({"email": "ann@example.org", "email_verified": "false"}, "unverified"),
        ({"email": "ann@example.org", "email_verified": None}, "unverified"),
        ({"email": "ann@example.org"}, "unverified"),
        ({"email": "ann@evil.example@school.example", "email_verified": True}, "unverified"),
        ({"email": "", "email_verified": True}, "unverified"),
        ({"email_verified": True}, "unverified"),
        ({}, "unverified"),
    ],
)
def test_who_is_let_in(monkeypatch, user, answer):
    monkeypatch.setenv(ALLOW_LIST_VARIABLE, "ann@example.org, @School.example")
    assert decide_access(user) == answer


def test_the_list_may_be_written_in_any_way(monkeypatch):
    monkeypatch.setenv(ALLOW_LIST_VARIABLE, " a@b.org;@c.org\n d@e.org ,")
    assert allow_list() == ("a@b.org", "@c.org", "d@e.org")
    assert sign_in_required()


@pytest.mark.parametrize("bad", ["", " , ", "school.example", "@", "@org", "a@b@c.org", "*", "@*"])
def test_a_list_that_names_nobody_or_anybody_is_refused(monkeypatch, bad):
    monkeypatch.setenv(ALLOW_LIST_VARIABLE, bad)
    with pytest.raises(InputError, match=ALLOW_LIST_VARIABLE):
        allow_list()
