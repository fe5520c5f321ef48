// Tells the browser the page's language (for who hears it read aloud, and for the choice of fonts),
// and lets every link to another page carry the language, also one that is opened in a new tab or
// copied: it is written into the link just before it is used.

const NAME = "lang";

function carry(event) {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.href);
  if (!link) return;
  const to = new URL(link.href);
  if (to.origin !== window.location.origin || to.pathname.includes("/media/")) return;
  const language = new URLSearchParams(window.location.search).get(NAME);
  if (language === to.searchParams.get(NAME)) return;
  if (language) to.searchParams.set(NAME, language);
  else to.searchParams.delete(NAME);
  link.href = to;
}

// Streamlit goes to another page with a link of its own. Put right at once, as the server would add
// the language by a second step of the history, from which "back" would lead forward again.
function push(state, title, url) {
  const to = new URL(url ?? "", window.location.href);
  const language = new URLSearchParams(window.location.search).get(NAME);
  if (language && to.pathname !== window.location.pathname) to.searchParams.set(NAME, language);
  History.prototype.pushState.call(window.history, state, title, to);
}

export default function ({ data }) {
  document.documentElement.lang = data.language;
  if (window.overfitLensCarries) return;
  window.overfitLensCarries = true;
  window.history.pushState = push;
  for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, carry, true);
}
