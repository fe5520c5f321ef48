"""How signing in is set up in secrets.toml, and what is wrong with that: words for the server's
owner, who reads its log; in English, as commands are."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

PROVIDER_FAILS = (
    "sign-in: the provider does not answer as it should; check server_metadata_url, client_id and "
    "client_secret in secrets.toml, and that this server reaches it"
)


def providers(auth: Mapping[str, Any]) -> list[str]:
    """The providers that `[auth]` of secrets.toml names; "default" is its own."""
    named = [name for name, value in auth.items() if isinstance(value, Mapping)]
    named = [name for name in named if name != "client_kwargs"]
    return [*(["default"] if "client_id" in auth or not named else []), *named]


def problems(auth: Mapping[str, Any], hosts: Sequence[str] = ()) -> list[str]:
    """What would keep people from signing in, for the server's owner: a line each, with what to do.
    auth: `[auth]` of secrets.toml. hosts: the names by which the server is reached, where set."""
    found = []
    redirect = str(auth.get("redirect_uri", ""))
    if not redirect.endswith("/oauth2callback"):
        found.append("[auth] redirect_uri: must be this server's address with /oauth2callback")
    elif "*" not in (hosts or "*") and urlsplit(redirect).hostname not in hosts:
        found.append("[auth] redirect_uri: its host is not among OVERFIT_LENS_HOSTS; add it there")
    if len(str(auth.get("cookie_secret", ""))) < 16:
        found.append(
            "[auth] cookie_secret: must be random and at least 16 characters; "
            "`python3 -c 'import secrets; print(secrets.token_hex())'` makes one"
        )
    for name in providers(auth):
        section = "[auth]" if name == "default" else f"[auth.{name}]"
        if "_" in name:
            found.append(f"{section}: a provider's name has no underscore; rename it")
        own = auth if name == "default" else auth[name]
        found += [
            f"{section} {key}: is missing; your provider tells it"
            for key in ("client_id", "client_secret", "server_metadata_url")
            if not own.get(key)
        ]
    try:
        version("authlib")
    except PackageNotFoundError:
        found.append("authlib is missing: pip install -r requirements-hosting.txt")
    return found
