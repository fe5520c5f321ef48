// Painting one cell: the photo, dimmed and grey beneath the heat so that its colours are not taken
// for heat and the contrast carries across a room; the map; the boxes.

const MAP_PIXELS = 72; // pixels per side at which a map is coloured, before it is stretched over the photo
const DIM = 0.62; // how much darker the photo becomes beneath full heat
const NEGATIVE_COLOURS = [[30, 70, 190], [70, 140, 255], [170, 215, 255]]; // raw values below 0: blue
const MAX_DECODED_PHOTOS = 80; // decoded photos that are kept; others are decoded again when they are needed

// The colour (r, g, b, alpha 0..255) of each level 0..255. Little evidence leaves the dimmed photo
// as it is: on the common scale, only what is above an even spread begins to glow.
function colourTable(colours, from, full) {
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (colours.length - 1);
    const low = Math.min(Math.floor(place), colours.length - 2);
    for (let c = 0; c < 3; c++) {
      table[i * 4 + c] = colours[low][c] + (colours[low + 1][c] - colours[low][c]) * (place - low);
    }
    const rise = Math.min(Math.max((i / 255 - from) / (full - from), 0), 1);
    table[i * 4 + 3] = 240 * rise;
  }
  return table;
}

function prepareColours(grid) {
  grid.heatColours = colourTable(grid.colours, 0.15, 0.5);
  grid.rawColours = colourTable(grid.colours, 0.04, 0.4);
  grid.againstColours = colourTable(NEGATIVE_COLOURS, 0.04, 0.4);
}

// --- photos ---------------------------------------------------------------------------------------

// A photo as the network sees it: in colour, and grey and dim. Decoded off the main thread.
function decodePhoto(grid, crop, photo) {
  const key = `${crop} ${photo}`;
  const known = grid.pictures.get(key);
  if (known) return known;
  const jpeg = new Blob([grid.thumbnails.getChild(crop).get(photo)], { type: "image/jpeg" });
  const coming = createImageBitmap(jpeg).then((colour) => {
    const dim = element("canvas");
    [dim.width, dim.height] = [colour.width, colour.height];
    const context = dim.getContext("2d");
    context.drawImage(colour, 0, 0);
    context.globalCompositeOperation = "saturation"; // a grey's saturation: none
    context.fillStyle = "#808080";
    context.fillRect(0, 0, dim.width, dim.height);
    context.globalCompositeOperation = "source-over";
    context.fillStyle = `rgba(0, 0, 0, ${DIM})`;
    context.fillRect(0, 0, dim.width, dim.height);
    const picture = { colour, dim };
    if (grid.pictures.has(key)) grid.pictures.set(key, picture);
    return picture;
  });
  grid.pictures.set(key, coming);
  if (grid.pictures.size > MAX_DECODED_PHOTOS) grid.pictures.delete(grid.pictures.keys().next().value);
  return coming;
}

// --- heat -----------------------------------------------------------------------------------------

// The levels (-1..1) of a map's cells at a moment, or on the way to it from the one before.
function mapLevels(grid, run, photo, name, state) {
  const raw = state.scale === "raw";
  const levels = (moment) => {
    const snapshot = snapshotAt(run, moment);
    // While attention moves, the class that a run predicts may change with it.
    const then = name ?? explainedClass(grid, run, photo, state, snapshot);
    const map = classMap(run, photo, then, snapshot, raw);
    const top = state.scale === "own" ? Math.max(...map) || 1 : grid.top / grid.step;
    return Float32Array.from(map, (value) => (raw ? value / 127 : Math.min(value / top, 1)));
  };
  const now = levels(state.moment);
  if (state.arrived === 1) return now;
  const before = levels(state.from);
  return now.map((level, i) => before[i] + (level - before[i]) * state.arrived);
}

const heat = { canvas: null, places: new Map() };

// Between which two of `cells` cells each fine pixel lies, and how far from the first.
function interpolationCells(cells) {
  if (!heat.places.has(cells)) {
    const places = [];
    for (let i = 0; i < MAP_PIXELS; i++) {
      const at = Math.min(Math.max(((i + 0.5) / MAP_PIXELS) * cells - 0.5, 0), cells - 1);
      const low = Math.min(Math.floor(at), Math.max(cells - 2, 0));
      places.push([low, Math.min(low + 1, cells - 1), at - low]);
    }
    heat.places.set(cells, places);
  }
  return heat.places.get(cells);
}

function renderHeatMap(grid, run, levels, raw) {
  heat.canvas ??= Object.assign(element("canvas"), { width: MAP_PIXELS, height: MAP_PIXELS });
  const context = heat.canvas.getContext("2d");
  const pixels = context.createImageData(MAP_PIXELS, MAP_PIXELS);
  const [xs, ys] = [interpolationCells(run.columns), interpolationCells(run.rows)];
  const above0 = raw ? grid.rawColours : grid.heatColours;
  let p = 0;
  for (const [top, bottom, down] of ys) {
    for (const [left, right, across] of xs) {
      const above = levels[top * run.columns + left] * (1 - across) + levels[top * run.columns + right] * across;
      const below = levels[bottom * run.columns + left] * (1 - across) + levels[bottom * run.columns + right] * across;
      const level = above * (1 - down) + below * down;
      const table = level < 0 ? grid.againstColours : above0;
      const at = Math.round(Math.min(Math.abs(level), 1) * 255) * 4;
      for (let c = 0; c < 4; c++) pixels.data[p++] = table[at + c];
    }
  }
  context.putImageData(pixels, 0, 0);
  return heat.canvas;
}

// --- boxes ----------------------------------------------------------------------------------------

// `scale`: pixels of the canvas per pixel on screen, so that lines and words keep their size.
function paintBoxes(context, boxes, name, width, height, scale) {
  const ordered = [...boxes].sort((a, b) => (a.label === name) - (b.label === name));
  for (const box of ordered) {
    const main = box.label === name;
    if (!main && width < 120 * scale) continue; // lines would hide so small a picture
    const frame = [box.x0 * width, box.y0 * height, (box.x1 - box.x0) * width, (box.y1 - box.y0) * height];
    context.setLineDash(main ? [] : [5 * scale, 4 * scale]);
    context.lineWidth = (main ? 6 : 3) * scale;
    context.strokeStyle = "rgba(0, 0, 0, 0.75)";
    context.strokeRect(...frame);
    context.lineWidth = (main ? 3 : 1.2) * scale;
    context.strokeStyle = main ? "#ffffff" : "rgba(255, 255, 255, 0.75)";
    context.strokeRect(...frame);
    context.setLineDash([]);
    if (width < 200 * scale) continue; // on a small picture names would hide it
    context.font = `${main ? 600 : 400} ${12 * scale}px sans-serif`;
    const wide = context.measureText(box.label).width + 8 * scale;
    const x = Math.min(Math.max(frame[0], 0), Math.max(width - wide, 0));
    // The others' names stand at the foot, away from the main one's.
    const at = main ? frame[1] : frame[1] + frame[3] - 16 * scale;
    const y = Math.min(Math.max(at, 0), height - 16 * scale);
    context.fillStyle = main ? "#ffffff" : "rgba(0, 0, 0, 0.7)";
    context.fillRect(x, y, wide, 16 * scale);
    context.fillStyle = main ? "#000000" : "#ffffff";
    context.fillText(box.label, x + 4 * scale, y + 12 * scale);
  }
}

// --- a whole picture ------------------------------------------------------------------------------

// Paints `canvas` at its size on screen. name: the class; without one, what the state explains.
async function paint(canvas, grid, run, photo, state, name) {
  const coming = decodePhoto(grid, run.crop, photo);
  // Waits only for a photo that is still being decoded, so that a moving slider never flickers.
  const picture = coming instanceof Promise ? await coming : coming;
  const wide = canvas.clientWidth || 300;
  const scale = Math.min(window.devicePixelRatio || 1, 2, 640 / wide);
  const ratio = grid.views[run.crop].ratios[photo];
  const [width, height] = [Math.round(wide * scale), Math.round((wide * scale) / ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.globalAlpha = 1;
  context.drawImage(picture.colour, 0, 0, width, height);
  const facts = cellFields(grid, run, photo, state);
  const shown = name ?? facts.name;
  if (run.classes.includes(shown)) {
    context.globalAlpha = state.heat / 100;
    context.drawImage(picture.dim, 0, 0, width, height);
    const levels = mapLevels(grid, run, photo, name, state);
    context.drawImage(renderHeatMap(grid, run, levels, state.scale === "raw"), 0, 0, width, height);
    context.globalAlpha = 1;
  }
  if (state.boxes) {
    paintBoxes(context, grid.views[run.crop].boxes[photo], shown, width, height, scale);
  }
}

// A canvas that keeps the photo's shape before it is painted, so that nothing jumps.
function createCanvas(grid, run, photo, tallest) {
  const canvas = element("canvas");
  const ratio = grid.views[run.crop].ratios[photo];
  canvas.style.aspectRatio = String(ratio);
  canvas.style.width = `min(100%, ${tallest * ratio}rem)`;
  return canvas;
}
