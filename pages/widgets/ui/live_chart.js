// A small line chart that is drawn again in place whenever its data (core/plots/live_curves.py) change.
// Names are only ever set as textContent.

const WIDTH = 400, HEIGHT = 250;
const LEFT = 46, RIGHT = 10, TOP = 8, BOTTOM = 38;

function svgElement(name, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// Round steps that cut 0..top into about four.
function tickStep(top) {
  const rough = Math.max(top, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((times) => times * power >= rough * 0.999);
}

function tickValues(top) {
  const size = tickStep(top), ticks = [];
  for (let place = 0; place * size <= top * 1.0001; place++) ticks.push(place * size);
  return ticks;
}

// The y axis: where a value lies (0 bottom, 1 top), and its ticks with their words.
function yAxis(data) {
  const values = data.lines.flatMap((line) => line.points.map((point) => point[1]));
  if (data.scale === "share") {
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((value) => [value, `${100 * value} %`]);
    return { place: (value) => value / 1.04, ticks };
  }
  if (data.scale === "log") {
    const tops = data.lines.map((line) => Math.max(...line.points.map((point) => point[1])));
    const low = data.low ?? Math.log10(tops.length ? Math.min(...tops) : 1e-4) - 1.5;
    const high = Math.log10(tops.length ? Math.max(...tops) : 1e-1) + 0.3;
    const ticks = [];
    for (let power = Math.ceil(low); power <= high; power++) ticks.push([10 ** power, `1e${power}`]);
    return { place: (value) => Math.max(-0.02, (Math.log10(value) - low) / (high - low)), ticks };
  }
  const top = values.length ? Math.max(...values) : 1;
  const ticks = tickValues(top).map((value) => [value, String(Number(value.toPrecision(3)))]);
  return { place: (value) => value / (top * 1.05), ticks };
}

function drawChart(data) {
  const svg = svgElement("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": data.words });
  const y = yAxis(data);
  const across = (value) => LEFT + (value / data.to) * (WIDTH - LEFT - RIGHT);
  const up = (value) => HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
  for (const [value, words] of y.ticks) {
    const at = up(value);
    svg.append(svgElement("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at }));
    svg.append(svgElement("text", { x: LEFT - 6, y: at + 4, "text-anchor": "end" }, words));
  }
  for (const value of tickValues(data.to)) {
    svg.append(svgElement("text", { x: across(value), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, String(value)));
  }
  svg.append(svgElement("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, data.x));
  for (const line of data.lines) {
    const places = line.points.map(([a, b]) => `${across(a).toFixed(1)},${up(b).toFixed(1)}`);
    const dash = line.dashed ? { "stroke-dasharray": "2 4" } : {};
    svg.append(svgElement("polyline", { class: "curve", points: places.join(" "), stroke: line.colour, ...dash }));
    if (places.length) {
      const [a, b] = places[places.length - 1].split(",");
      svg.append(svgElement("circle", { cx: a, cy: b, r: 3.5, fill: line.colour }));
    }
  }
  return svg;
}

function drawLegend(data) {
  const list = document.createElement("div");
  list.className = "legend";
  for (const line of data.lines) {
    const item = document.createElement("span");
    const mark = document.createElement("i");
    mark.style.borderTop = `3px ${line.dashed ? "dotted" : "solid"} ${line.colour}`;
    item.append(mark, `${line.name} ${line.last}`);
    list.append(item);
  }
  return list;
}

export default function (component) {
  const root = component.parentElement.querySelector(".live-chart");
  root.replaceChildren(drawLegend(component.data), drawChart(component.data));
}
