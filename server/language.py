"""In which language an answer is that no page of Streamlit gives."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from core.base.language import LANGUAGES


def language_of(request: HTTPConnection) -> str:
    """That of the link, else the first of the browser's that there is."""
    asked = [request.query_params.get("lang", "")]
    asked += request.headers.get("accept-language", "").split(",")
    known = (each.strip()[:2].lower() for each in asked)
    return next((each for each in known if each in LANGUAGES), "en")
