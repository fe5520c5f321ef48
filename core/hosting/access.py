"""Who may come in where people sign in: the addresses and domains of `OVERFIT_LENS_ALLOW`.

Signing in is Streamlit's (`[auth]` in .streamlit/secrets.toml); this only says whether somebody who
has done so is let in. An address counts only where the provider says that it was verified, or else
anybody could name the address of somebody on the list.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from core.base.errors import InputError
from core.base.language import N_

AccessDecision = Literal["in", "unverified", "unlisted"]
ALLOW_LIST_VARIABLE = "OVERFIT_LENS_ALLOW"
LASTS_VARIABLE = "OVERFIT_LENS_SIGN_IN_HOURS"
LONGEST_SIGN_IN = timedelta(days=30)  # as Streamlit's cookie


def sign_in_required() -> bool:
    """Whether there is a list, and so nobody may come in without having signed in."""
    return bool(os.environ.get(ALLOW_LIST_VARIABLE, "").strip())


def allow_list() -> tuple[str, ...]:
    """Addresses, and domains with an @ before them, in small letters. Raises InputError where it is
    empty or an entry is neither."""
    entries = tuple(
        entry
        for entry in re.split(r"[,;\s]+", os.environ.get(ALLOW_LIST_VARIABLE, "").lower())
        if entry
    )
    if not entries:
        empty = N_(
            "is empty, so nobody can sign in; list addresses, or domains such as @example.org"
        )
        raise InputError(f"{ALLOW_LIST_VARIABLE}: {empty}")
    for entry in entries:
        if not re.fullmatch(r"[^@]*@[^@.]+(\.[^@.]+)+", entry):
            neither = N_("{entry} is neither an address nor a domain (@example.org)")
            raise InputError(f"{ALLOW_LIST_VARIABLE}: {neither.format(entry=entry)}")
    return entries


def sign_in_lasts() -> timedelta:
    """How long a sign-in lasts: as set, in hours; else a week. Raises InputError where that is no
    whole number, or more than 30 days."""
    told = os.environ.get(LASTS_VARIABLE, "").strip() or "168"
    hours = int(told) if told.isdecimal() and len(told) < 5 else 0
    if not timedelta(0) < timedelta(hours=hours) <= LONGEST_SIGN_IN:
        wanted = N_("must be a whole number of hours from 1 to {most}")
        most = LONGEST_SIGN_IN // timedelta(hours=1)
        raise InputError(f"{LASTS_VARIABLE}={told}: {wanted.format(most=most)}")
    return timedelta(hours=hours)


def decide_access(user: Mapping[str, Any]) -> AccessDecision:
    """Whether somebody who has signed in is let in. user: what the provider says of them. Raises
    InputError where the list cannot be used."""
    allowed = allow_list()
    email = str(user.get("email") or "").strip().lower()
    if str(user.get("email_verified")).lower() != "true" or email.count("@") != 1:
        return "unverified"
    return "in" if email in allowed or email[email.index("@") :] in allowed else "unlisted"
