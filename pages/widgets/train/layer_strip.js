// The network as a strip of its layers. Everything on screen comes from `data`
// (core/views/layer_strip.py), its words too; what is done goes back as { layer, what }, and the answer is
// new data.

const LABEL_GAP = 6; // pixels between two rates on one line

function findBand(data, index) {
  return data.bands.find((band) => band.first <= index && index <= band.last);
}

const rateText = (data, band) => (band.frozen ? data.words.frozen : fill(data.words.learns, band));

function layerText(data, index) {
  const layer = data.layers[index];
  const { words } = data;
  const parts = [fill(words.output, layer), fill(words.weights, layer)];
  if (layer.dropout !== null) parts.push(fill(words.drops, { share: Math.round(100 * layer.dropout) }));
  parts.push(rateText(data, findBand(data, index)));
  return { name: `${index} ${layer.name}`, rest: parts.join(" · ") };
}

// --- drawing ------------------------------------------------------------------------------------

function drawLayer(data, index) {
  const layer = data.layers[index];
  const band = findBand(data, index);
  const button = element("button", "layer", "", { type: "button" });
  button.style.gridColumn = index + 1;
  button.tabIndex = -1;
  if (index > 0 && band.first === index) button.classList.add("first");
  if (layer.head) button.classList.add("head");
  const { name, rest } = layerText(data, index);
  button.setAttribute("aria-label", fill(data.words.layer, { name, rest }));
  button.setAttribute("aria-pressed", String(index > 0 && band.first === index));
  const block = element("span", band.frozen ? "block frozen" : "block");
  block.style.height = `${100 * layer.height}%`;
  if (!band.frozen) block.style.backgroundColor = band.colour;
  button.append(block);
  if (layer.dropout !== null) {
    button.classList.add("drops");
    if (!layer.dropout) button.classList.add("off");
    button.append(element("span", "share", `${Math.round(100 * layer.dropout)}%`));
  }
  return button;
}

function drawBand(band) {
  const line = element("div", band.frozen ? "band frozen" : "band");
  line.style.gridColumn = `${band.first + 1} / ${band.last + 2}`;
  if (!band.frozen) line.style.backgroundColor = band.colour;
  return line;
}

function drawPart(name, from, to) {
  const part = element("div", "part", name);
  part.style.gridColumn = `${from + 1} / ${to + 1}`;
  return part;
}

function drawLegend(data) {
  const legend = element("div", "legend");
  legend.append(element("span", "swatch frozen"), element("span", "", data.words.frozen));
  const bar = element("span", "scale");
  bar.style.background = `linear-gradient(to right, ${data.scale.map((step) => step.colour).join(", ")})`;
  legend.append(element("span", "low", data.scale[0].rate), bar);
  legend.append(element("span", "", fill(data.words.scale, data.scale[data.scale.length - 1])));
  return legend;
}

// Rates stand under the middle of their bands, on as many lines as they need.
function layoutRates(rates, lines) {
  const right = rates.clientWidth;
  const ends = [];
  [...rates.children].forEach((label, number) => {
    const line = lines.children[number];
    const middle = line.offsetLeft + line.offsetWidth / 2;
    const width = label.offsetWidth;
    const left = Math.max(0, Math.min(middle - width / 2, right - width));
    let row = ends.findIndex((end) => end + LABEL_GAP <= left);
    if (row < 0) row = ends.length;
    ends[row] = left + width;
    label.style.left = `${left}px`;
    label.style.top = `${row * 1.15}rem`;
  });
  rates.style.height = `${ends.length * 1.15}rem`;
}

// --- the element --------------------------------------------------------------------------------

function build(root) {
  const strip = { root, at: 0, data: null, send: null };
  strip.scroll = element("div", "scroll");
  strip.sheet = element("div", "sheet");
  strip.parts = element("div", "row");
  strip.blocks = element("div", "row blocks", "", { role: "group" });
  strip.lines = element("div", "row lines");
  strip.rates = element("div", "rates");
  strip.sheet.append(strip.parts, strip.blocks, strip.lines, strip.rates);
  strip.scroll.append(strip.sheet);
  strip.words = element("p", "words");
  strip.legend = element("div");
  root.replaceChildren(strip.scroll, strip.words, strip.legend);
  const indexOf = (event) => [...strip.blocks.children].indexOf(event.target.closest(".layer"));
  strip.blocks.addEventListener("click", (event) => {
    const index = indexOf(event);
    if (index < 0) return;
    focusLayer(strip, index);
    if (index > 0) strip.send({ layer: index, what: "cut" });
  });
  strip.blocks.addEventListener("keydown", (event) => handleKey(strip, event));
  strip.blocks.addEventListener("mouseover", (event) => showDetails(strip, indexOf(event)));
  strip.blocks.addEventListener("mouseleave", () => showDetails(strip, -1));
  strip.blocks.addEventListener("focusin", (event) => showDetails(strip, indexOf(event)));
  strip.blocks.addEventListener("focusout", () => showDetails(strip, -1));
  new ResizeObserver(() => layoutRates(strip.rates, strip.lines)).observe(strip.sheet);
  return strip;
}

function handleKey(strip, event) {
  const last = strip.data.layers.length - 1;
  const walks = { ArrowLeft: strip.at - 1, ArrowRight: strip.at + 1, Home: 0, End: last };
  const does = { ArrowUp: "up", ArrowDown: "down" };
  if (event.key in walks) {
    focusLayer(strip, Math.min(Math.max(walks[event.key], 0), last));
  } else if (event.key in does) {
    strip.send({ layer: strip.at, what: does[event.key] });
  } else {
    return; // Enter and Space click
  }
  event.preventDefault();
}

function focusLayer(strip, index) {
  strip.blocks.children[strip.at].tabIndex = -1;
  strip.at = index;
  strip.blocks.children[index].tabIndex = 0;
  strip.blocks.children[index].focus();
}

function showDetails(strip, index) {
  strip.words.replaceChildren();
  if (index < 0) {
    strip.words.append(strip.data.words.keys);
    return;
  }
  const { name, rest } = layerText(strip.data, index);
  strip.words.append(element("b", "", name), ` · ${rest}`);
}

function update(strip, data) {
  const active = strip.root.getRootNode().activeElement;
  const focused = active !== null && strip.blocks.contains(active);
  const head = data.layers.findIndex((layer) => layer.head);
  strip.data = data;
  strip.at = Math.min(strip.at, data.layers.length - 1);
  strip.sheet.style.setProperty("--layers", data.layers.length);
  strip.parts.replaceChildren(
    drawPart(data.words.backbone, 0, head),
    drawPart(data.words.head, head, data.layers.length),
  );
  strip.blocks.replaceChildren(...data.layers.map((_, index) => drawLayer(data, index)));
  strip.blocks.setAttribute(
    "aria-label",
    fill(data.words.layers, {
      bands: data.bands.map((band) => fill(data.words.band, { ...band, learns: rateText(data, band) })).join("; "),
    }),
  );
  strip.lines.replaceChildren(...data.bands.map(drawBand));
  strip.rates.replaceChildren(
    ...data.bands.map((band) => element("span", "rate", band.frozen ? data.words.frozen : band.rate)),
  );
  strip.legend.replaceChildren(drawLegend(data));
  strip.blocks.children[strip.at].tabIndex = 0;
  if (focused) strip.blocks.children[strip.at].focus();
  else showDetails(strip, -1);
  layoutRates(strip.rates, strip.lines);
}

export default function (component) {
  const root = component.parentElement.querySelector(".strip-root");
  const strip = (root.strip ??= build(root));
  strip.send = (done) => component.setTriggerValue("pressed", done);
  update(strip, component.data);
}
