// What a line of the table says, and in which order lines come. No page, no drawing.

// --- words ----------------------------------------------------------------------------------

const FAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const NEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function moment(seconds) {
  const then = new Date(seconds * 1000);
  const ago = (Date.now() - then) / 1000;
  if (ago >= 0 && ago < 60) return "just now";
  if (ago >= 0 && ago < 3600) return `${Math.floor(ago / 60)} min ago`;
  if (ago >= 0 && ago < 86400) return `${Math.floor(ago / 3600)} h ago`;
  return (then.getFullYear() === new Date().getFullYear() ? NEAR : FAR).format(then);
}

const wordsOf = (cell) => (cell === null ? "" : cell[0] ?? moment(cell[1]));

// --- order ----------------------------------------------------------------------------------

const NAME = "name";

function sortValue(line, place) {
  if (place < 0) return line.title.toLowerCase();
  const cell = line.cells[place];
  return cell === null ? null : cell[1];
}

// Nothing comes last, whichever way; equals stay newest first.
function sorted(lines, columns, sort) {
  const key = sort.replace(/^-/, "");
  const place = columns.findIndex((column) => column.key === key);
  if (!sort || (place < 0 && key !== NAME)) return lines;
  const sign = sort.startsWith("-") ? -1 : 1;
  const compare = (a, b) => {
    const [x, y] = [sortValue(a, place), sortValue(b, place)];
    if (x === null || y === null) return (x === null) - (y === null);
    if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
    return typeof x === "number" ? sign * (x - y) : sign * x.localeCompare(y, "en", { numeric: true });
  };
  return [...lines].sort(compare);
}
