// What a line of the table says, and in which order lines come. No page, no drawing.

// --- words ----------------------------------------------------------------------------------

const FORMATS = {}; // by locale: to make one takes far longer than to use it

function formatDate(then, locale, year) {
  FORMATS[`${locale} ${year}`] ??= new Intl.DateTimeFormat(locale, {
    day: "numeric", month: "short", year: year ? "numeric" : undefined, hour: "2-digit", minute: "2-digit",
  });
  return FORMATS[`${locale} ${year}`].format(then);
}

function formatTime(seconds, words) {
  const then = new Date(seconds * 1000);
  const ago = (Date.now() - then) / 1000;
  if (ago >= 0 && ago < 60) return words.now;
  if (ago >= 0 && ago < 3600) return fill(words.minutes_ago, { minutes: Math.floor(ago / 60) });
  if (ago >= 0 && ago < 86400) return fill(words.hours_ago, { hours: Math.floor(ago / 3600) });
  return formatDate(then, words.locale, then.getFullYear() !== new Date().getFullYear());
}

const cellText = (cell, words) => (cell === null ? "" : cell[0] ?? formatTime(cell[1], words));

// How many letters wide a text is: Japanese ones are twice as wide.
const textWidth = (text) => text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);

// --- order ----------------------------------------------------------------------------------

const NAME = "name";

function sortValue(line, place) {
  if (place < 0) return line.title.toLowerCase();
  const cell = line.cells[place];
  return cell === null ? null : cell[1];
}

// Nothing comes last, whichever way; equals stay newest first.
function sortLines(lines, columns, sort) {
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
