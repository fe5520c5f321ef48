// Lights up what belongs to the line under the pointer: all traces of a figure whose `meta` (the
// run's or group's id) is the same stay, the others fade. Plotly has no such hover of its own.
// It only styles the SVG that Plotly drew; without it nothing is lost but the light.

const FADED = "0.12";

function light(plot, id) {
  for (const group of plot.querySelectorAll(".scatterlayer .trace")) {
    const trace = group.__data__ && group.__data__[0] && group.__data__[0].trace;
    const other = id !== null && (!trace || trace.meta !== id);
    group.style.opacity = other ? FADED : trace ? trace.opacity : "";
    if (id !== null && !other) group.style.opacity = "1";
  }
}

function attach(plot) {
  if (plot.dataset.hoverLight || typeof plot.on !== "function") return;
  plot.dataset.hoverLight = "yes";
  plot.on("plotly_hover", (event) => {
    const ids = new Set(event.points.map((point) => point.fullData.meta).filter(Boolean));
    light(plot, ids.size === 1 ? [...ids][0] : null);
  });
  plot.on("plotly_unhover", () => light(plot, null));
}

export default function () {
  const look = () => document.querySelectorAll(".js-plotly-plot").forEach(attach);
  look();
  const timer = setInterval(look, 500); // figures are drawn after this, and drawn anew
  return () => clearInterval(timer);
}
