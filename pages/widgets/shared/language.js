// Tells the browser the page's language (for who hears it read aloud, and for the choice of fonts),
// and lets every link to another page carry the language and the key of a demo's visitor, also one
// that is opened in a new tab or copied: they are written into the link just before it is used.

const KEPT_PARAMS = ["lang", "key"];

function keptParams() {
  const here = new URLSearchParams(window.location.search);
  return KEPT_PARAMS.map((name) => [name, here.get(name)]);
}

function carry(event) {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.href);
  if (!link) return;
  const to = new URL(link.href);
  if (to.origin !== window.location.origin || to.pathname.includes("/media/")) return;
  const wrong = keptParams().filter(([name, value]) => value !== to.searchParams.get(name));
  for (const [name, value] of wrong) {
    if (value) to.searchParams.set(name, value);
    else to.searchParams.delete(name);
  }
  if (wrong.length) link.href = to;
}

// Streamlit goes to another page with a link of its own. It is put right at once, as the server would
// add what is missing by a second step of the history, from which "back" would lead forward again.
// So would whatever else a page adds to its link by itself, before anybody has touched it.
let touched = false;

function pushStateWithParams(state, title, url) {
  const to = new URL(url ?? "", window.location.href);
  const leaves = to.pathname !== window.location.pathname;
  if (leaves)
    for (const [name, value] of keptParams()) if (value) to.searchParams.set(name, value);
  const step = leaves || touched ? "pushState" : "replaceState";
  History.prototype[step].call(window.history, state, title, to);
  if (leaves) touched = false;
}

export default function ({ data }) {
  document.documentElement.lang = data.language;
  if (window.overfitLensCarries) return;
  window.overfitLensCarries = true;
  window.history.pushState = pushStateWithParams;
  for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, carry, true);
  for (const kind of ["pointerdown", "keydown"])
    document.addEventListener(kind, () => (touched = true), true);
  window.addEventListener("popstate", () => (touched = false), true);
}
