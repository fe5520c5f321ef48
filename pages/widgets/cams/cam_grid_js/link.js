// What the controls say, and the link that says it. The link is changed in place and no rerun
// comes of it; Streamlit sends it along with its next rerun, so the server keeps it too.

const DEFAULTS = { heat: 80, scale: "one", boxes: true, order: "name" };

function nearestMoment(moments, wanted) {
  return moments.reduce(
    (best, moment) => (Math.abs(moment - wanted) < Math.abs(best - wanted) ? moment : best),
    moments.at(-1) ?? 1,
  );
}

// class: "labelled", "predicted" or a name. heat: opacity, 0..100. moment: a share of the
// training. open: the file of the photo that is shown large, or null.
function readState(grid, old) {
  const link = new URLSearchParams(window.location.search);
  const number = (name, usual) =>
    /^\d{1,3}$/.test(link.get(name) ?? "") ? Math.min(Number(link.get(name)), 100) : usual;
  const oneOf = (name, options, usual) =>
    options.some(([value]) => value === link.get(name)) ? link.get(name) : usual;
  const moments = snapshotTimes(grid);
  const usualClass = grid.photos.some((photo) => photo.primary !== null) ? "labelled" : "predicted";
  const state = old ?? {
    class: link.get("class"),
    heat: number("heat", DEFAULTS.heat),
    scale: oneOf("scale", SCALE_OPTIONS, DEFAULTS.scale),
    boxes: link.get("boxes") !== "off",
    moment: number("moment", 100) / 100,
    order: oneOf("order", ORDER_OPTIONS, DEFAULTS.order),
    open: link.get("open"),
  };
  const allowed = ["predicted", ...grid.classes, ...(usualClass === "labelled" ? [usualClass] : [])];
  if (!allowed.includes(state.class)) state.class = usualClass;
  if (!grid.photos.some((photo) => photo.file === state.open)) state.open = null;
  const end = moments.at(-1) ?? 1;
  state.moment = state.atEnd || state.moment === 1 ? end : nearestMoment(moments, state.moment);
  state.atEnd = state.moment === end;
  state.usualClass = usualClass;
  return state;
}

function writeUrl(state) {
  const link = new URL(window.location.href);
  const put = (name, value, usual) =>
    value === usual ? link.searchParams.delete(name) : link.searchParams.set(name, value);
  put("class", state.class, state.usualClass);
  put("heat", state.heat, DEFAULTS.heat);
  put("scale", state.scale, DEFAULTS.scale);
  put("boxes", state.boxes ? "on" : "off", "on");
  put("moment", state.atEnd ? 100 : Math.round(100 * state.moment), 100);
  put("order", state.order, DEFAULTS.order);
  put("open", state.open, null);
  window.history.replaceState(window.history.state, "", link);
}
