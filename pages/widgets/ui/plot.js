// A figure of core (plotly's JSON), drawn by plotly.js in its basic edition: a quarter of what
// Streamlit's own st.plotly_chart brings, so that a figure stands before the page is a second old.
// What is on the screen is drawn first; the rest of the page does not wait for figures beneath it.

// As plotly.js ships it, but with the whole of it in parentheses: browsers compile such a function at
// once, while it loads, where they would read one that may never be called twice (0.1 s).
const PLOTLY_URL = "app/static/plotly-basic-4.1.1.min.js";
const FADED_OPACITY = "0.12"; // of lines that are not under the pointer

// One script for all figures of the page.
function loadPlotly() {
  window.overfitLensPlotly ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL(PLOTLY_URL, document.baseURI);
    script.onload = () => done(window.Plotly);
    script.onerror = () => fail(new Error(PLOTLY_URL));
    document.head.append(script);
  });
  return window.overfitLensPlotly;
}

function themeColours(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    text: read("text-color"), quiet: `color-mix(in srgb, ${read("text-color")} 65%, transparent)`,
    border: read("border-color"), paper: read("background-color"), font: read("font"),
  };
}

function plotlyTemplate(root) {
  const { text, quiet, border, paper, font } = themeColours(root);
  const muted = resolveColour(root, quiet);
  const axis = {
    automargin: true, gridcolor: border, linecolor: border, zerolinecolor: border, zeroline: false,
    ticklabeloverflow: "allow", // else each label is measured, to be hidden where it does not fit
    tickfont: { size: 12, color: muted }, title: { font: { size: 13, color: muted }, standoff: 8 },
  };
  return {
    layout: {
      font: { family: font, color: text, size: 12 },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { bgcolor: paper, bordercolor: border, font: { color: text, size: 13 } },
      legend: { font: { size: 12, color: text } },
      xaxis: { ...axis, showgrid: false }, yaxis: axis,
    },
  };
}

// Lights up what belongs to the line under the pointer: all traces whose `meta` (the run's or
// group's id) is the same stay, the others fade. Plotly has no such hover of its own.
function highlightTraces(plot, id) {
  for (const group of plot.querySelectorAll(".scatterlayer .trace")) {
    const trace = group.__data__?.[0]?.trace;
    const other = id !== null && (!trace || trace.meta !== id);
    group.style.opacity = other ? FADED_OPACITY : trace ? trace.opacity : "";
    if (id !== null && !other) group.style.opacity = "1";
  }
}

// Of very many lines, which are there to be pointed at only (core/plots/curves.py), the one
// under the pointer, drawn over the figure in every panel: Plotly itself would draw all anew.
function drawPointed(plot, point) {
  plot.querySelector(".pointed")?.remove();
  if (!point) return;
  const svg = plot.querySelectorAll(".main-svg"), shown = point.data.meta;
  const name = shown.names[Math.floor(point.pointNumber / shown.size)];
  const layer = svgElement("g", { class: "pointed", "pointer-events": "none" });
  svg[svg.length - 1].append(layer);
  for (const { meta, x, y, xaxis, yaxis } of plot._fullData) {
    const row = meta?.names?.indexOf(name) ?? -1;
    if (row < 0) continue;
    const [across, up] = [xaxis, yaxis].map((id) => plot._fullLayout[id[0] + "axis" + id.slice(1)]);
    let path = "", next = "M";
    for (let place = row * meta.size; place < (row + 1) * meta.size; place++) {
      const left = across.d2p(x[place]), top = up.d2p(y[place]);
      if (!(left >= 0 && left <= across._length && top >= 0 && top <= up._length)) { next = "M"; continue; }
      path += `${next}${across._offset + left},${up._offset + top}`;
      next = "L";
    }
    const stroke = meta.colours[row];
    layer.append(svgElement("path", { d: path, fill: "none", stroke, "stroke-width": 3 }));
  }
  const value = shown.percent ? `${Math.round(100 * point.y)}%` : Number(point.y.toPrecision(3));
  const left = point.xaxis._offset + point.xaxis.d2p(point.x), late = point.xaxis.d2p(point.x) > point.xaxis._length / 2;
  const { text, paper } = themeColours(plot);
  const place = {
    x: left + (late ? -10 : 10), y: point.yaxis._offset + point.yaxis.d2p(point.y) - 10, "text-anchor": late ? "end" : "start",
    fill: text, stroke: paper, "stroke-width": 4, "paint-order": "stroke", "font-size": 13, "font-weight": 600,
  };
  layer.append(svgElement("text", place, `${name}: ${value}`));
}

function addHoverHandlers(plot) {
  plot.on("plotly_hover", (event) => {
    const pointed = event.points.find((point) => point.data.meta?.names);
    if (pointed) return drawPointed(plot, pointed);
    const ids = new Set(event.points.map((point) => point.fullData.meta).filter(Boolean));
    highlightTraces(plot, ids.size === 1 ? [...ids][0] : null);
  });
  plot.on("plotly_unhover", () => { highlightTraces(plot, null); drawPointed(plot, null); });
  plot.on("plotly_click", (event) => plot.clicked(event.points[0].customdata));
}

function draw(Plotly, plot, figure) {
  const layout = { ...figure.layout, template: plotlyTemplate(plot), autosize: true };
  drawPointed(plot, null);
  Plotly.react(plot, figure.data, layout, { displayModeBar: false, scrollZoom: false, responsive: true });
  if (!plot.dataset.followed) {
    plot.dataset.followed = "yes";
    addHoverHandlers(plot);
  }
}

function isInViewport(plot) {
  const { top, bottom } = plot.getBoundingClientRect();
  return top < window.innerHeight && bottom > 0;
}

// When the browser has nothing better to do, for one figure after the other.
function whenIdle() {
  const idle = window.requestIdleCallback ?? ((done) => setTimeout(done, 50));
  const last = window.overfitLensTurn ?? Promise.resolve();
  return (window.overfitLensTurn = last.then(() => new Promise((done) => idle(done, { timeout: 1000 }))));
}

function whenVisible(plot) {
  return new Promise((done) => {
    const watch = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      watch.disconnect();
      done();
    });
    watch.observe(plot);
  });
}

// Above the figure, where it covers nothing (Plotly's own lies over the upper right corner).
function setUpDownloadButton(plot, button, data) {
  button.hidden = !data.picture;
  button.title = data.camera;
  button.setAttribute("aria-label", data.camera);
  button.onclick = () => loadPlotly().then((Plotly) =>
    Plotly.downloadImage(plot, { format: "png", filename: data.picture, scale: 2, width: plot.clientWidth, height: plot.clientHeight }));
}

export default function ({ parentElement, data, setTriggerValue }) {
  const plot = parentElement.querySelector(".plot");
  const onDark = (_, value) => { // our colours have another for dark pages; more may follow: opacity
    const own = typeof value === "string" && data.dark[value.slice(0, 7)];
    return own ? own + value.slice(7) : value;
  };
  const [onLight, inDark] = [JSON.parse(data.figure), JSON.parse(data.figure, onDark)];
  setUpDownloadButton(plot, parentElement.querySelector(".plot-camera"), data);
  plot.clicked = (point) => data.clicks && setTriggerValue("point", point);
  const mine = (plot.latest = {}); // Streamlit calls again with new data, and never says that these are old
  let Plotly = null, seen = "", timer = 0;
  plot.setAttribute("aria-label", data.words);
  plot.style.height = `${onLight.layout.height ?? 450}px`;
  const again = () => {
    if (plot.latest !== mine) return clearInterval(timer);
    const now = themeColours(plot).text;
    if (Plotly && plot.isConnected && now !== seen) {
      seen = now;
      const dark = getComputedStyle(plot).colorScheme === "dark";
      draw(Plotly, plot, dark ? inDark : onLight);
    }
  };
  const ready = isInViewport(plot) ? loadPlotly() : Promise.race([whenVisible(plot), whenIdle()]).then(loadPlotly);
  ready.then(
    (loaded) => { Plotly = loaded; again(); },
    (problem) => { plot.textContent = data.missing.replace("{file}", problem.message); },
  );
  timer = setInterval(again, 1000); // light or dark is chosen without a word to us
  return () => clearInterval(timer);
}
