// A drawing of the page as a picture to take along (put before the widget that draws it).

const INLINED_STYLES = [
  "color", "display", "fill", "fill-opacity", "font-family", "font-size", "font-weight", "opacity", "paint-order",
  "stroke", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-width",
];
const PIXEL_RATIO = 2; // pixels of the picture per pixel of the page

// The same drawing, with what the page's style sheets say of it written into it.
function svgDataUrl(svg) {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  from.forEach((node, i) => {
    const style = getComputedStyle(node);
    for (const name of INLINED_STYLES) to[i].style.setProperty(name, style.getPropertyValue(name));
  });
  return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
}

// Words with their lines, in rows beneath the drawing: [words, colour, dash, left, top].
function layoutLegend(pen, legend, width, top) {
  let left = 14;
  return legend.map(([words, colour, dash]) => {
    const across = 44 + pen.measureText(words).width;
    if (left > 14 && left + across > width) [left, top] = [14, top + 20];
    left += across;
    return [words, colour, dash, left - across, top];
  });
}

// Saves it as a PNG file, on the page's background, with a legend beneath.
async function savePicture(svg, legend, background, file) {
  const image = new Image();
  image.src = svgDataUrl(svg);
  await image.decode();
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const { color, fontFamily } = getComputedStyle(svg);
  pen.font = `13px ${fontFamily}`;
  const places = layoutLegend(pen, legend, image.width, image.height + 12);
  canvas.width = PIXEL_RATIO * image.width;
  canvas.height = PIXEL_RATIO * (places.length ? places.at(-1)[4] + 16 : image.height);
  pen.scale(PIXEL_RATIO, PIXEL_RATIO);
  pen.fillStyle = background;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0);
  pen.font = `13px ${fontFamily}`; // a new size has cleared it
  pen.lineWidth = 3;
  for (const [words, colour, dash, left, top] of places) {
    pen.strokeStyle = resolveColour(svg.parentNode, colour);
    pen.setLineDash(dash.split(",").map(parseFloat).filter(Boolean));
    pen.beginPath();
    pen.moveTo(left, top - 5);
    pen.lineTo(left + 18, top - 5);
    pen.stroke();
    pen.fillStyle = color;
    pen.fillText(words, left + 24, top);
  }
  const link = document.createElement("a");
  Object.assign(link, { download: file, href: canvas.toDataURL("image/png") });
  link.click();
}
