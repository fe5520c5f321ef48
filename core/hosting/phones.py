"""How phones reach this machine's server: addresses, links with a session's code, QR codes."""

import ipaddress
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import segno

from core.base.language import _


def network_addresses() -> list[str]:
    """This machine's IPv4 addresses on its networks, the likeliest first; none offline."""
    found = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # of no network (RFC 5737); nothing is sent
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return [one for one in dict.fromkeys(found) if not is_this_machine(one)]


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address leads to nobody but the machine that uses it."""
    with suppress(ValueError):
        address = ipaddress.ip_address(host.strip("[]"))
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    return host.lower() == "localhost"


def phones_url(page_url: str, server_address: str | None) -> str:
    """The server's address for a phone: that of the page, with this machine's on the network where
    the page was opened as localhost. "" where phones cannot reach it. server_address: Streamlit's
    `server.address`."""
    page = urlsplit(page_url)
    if not is_this_machine(page.hostname or ""):
        return f"{page.scheme}://{page.netloc}"
    addresses = [] if is_this_machine(server_address or "") else network_addresses()
    port = f":{page.port}" if page.port else ""
    return f"{page.scheme}://{addresses[0]}{port}" if addresses else ""


def phone_link(base_url: str, code: str, language: str = "en") -> str:
    """The link of a session's code, on the server of that address."""
    suffix = "" if language == "en" else f"?lang={language}"
    return f"{base_url.rstrip('/')}/capture/{code}{suffix}"


def phones_command(port: int) -> str:
    """The command that starts the server so that phones reach it."""
    at = "" if port == 8501 else f" --server.port {port}"
    return f".venv/bin/streamlit run app.py --server.address 0.0.0.0{at}"


def phones_notice() -> str:
    """What that command opens, and to whom."""
    return _(
        "Other devices on your network can then open the page for phones, and nothing else "
        "of this dashboard. Without a link's code, that page shows and accepts nothing; "
        "anyone with the link can add photos until the session ends. Photos are sent "
        "unencrypted."
    )


def qr_svg(text: str) -> str:
    """A text as a QR code: SVG, black on white with its margin, as large as where it is put."""
    return segno.make_qr(text, error="m").svg_inline(omitsize=True, light="#fff", scale=4)
