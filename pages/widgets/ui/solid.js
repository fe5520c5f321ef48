// What Plotly and a canvas do not know, color-mix and light-dark(): the browser works it out.
function resolveColour(root, colour) {
  const probe = document.createElement("i");
  probe.style.color = colour;
  root.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  const parts = found.match(/^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)$/);
  if (!parts) return found;
  const [r, g, b] = parts.slice(1, 4).map((value) => Math.round(255 * value));
  return `rgba(${r},${g},${b},${parts[4] ?? 1})`;
}
