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

export default function ({ data }) {
  document.documentElement.lang = data.language;
  if (window.overfitLensCarries) return;
  window.overfitLensCarries = true;
  for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, carry, true);
}
