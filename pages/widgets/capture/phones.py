"""How phones join a session."""

import streamlit as st

from core.base import formatting
from core.base.language import _, language
from core.capture.access import access_code
from core.capture.session import Session
from core.hosting import phones
from pages import settings


def show(key: str, session: Session) -> None:
    """The QR code of a session that has not ended, or the command that lets phones reach this
    machine. Raises InputError where its code cannot be kept."""
    with st.expander(_("Connect phones"), icon=":material/qr_code_2:", key=key):
        port = int(st.get_option("server.port"))
        page = st.context.url or f"http://localhost:{port}"
        base = phones.phones_url(page, st.get_option("server.address"))
        if base:
            link = phones.phone_link(base, access_code(settings.runs_dir(), session), language())
            st.image(phones.qr_svg(link), alt=_("QR code of the link"), width=260)
            st.code(link, language=None, wrap_lines=True)
            words = _(
                "Any number of phones on the same network can join; each gets its own "
                "prompts. Anyone with the link can add photos until the session ends."
            )
        else:
            st.markdown(
                _("This server accepts only this computer. To allow phones, start it like this:")
            )
            st.code(phones.phones_command(port), language="bash", wrap_lines=True)
            words = phones.phones_notice()
        st.caption(formatting.escape_markdown(words))
