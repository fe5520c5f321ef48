// Photos, and where both networks look at them, at the end of each cycle of their trainings. The
// slider and the play button act here, without the server. Text is only ever set as textContent.

const MOMENT_MS = 1600; // milliseconds at each moment while it plays

function createImage(source, alt) {
  const image = element("img");
  image.src = source;
  image.alt = alt;
  return image;
}

// One picture per moment, one on top of the other; only the present one is seen.
function createMapStack(row, side, data) {
  const stack = element("div", "pile");
  stack.style.aspectRatio = row.aspect;
  stack.append(...row[side].map((source) => createImage(source, "")));
  stack.setAttribute("role", "img");
  const frame = element("figure", `side-${side}`);
  frame.append(stack, element("figcaption", "", side));
  frame.style.setProperty("--side", data.colours[side]);
  return frame;
}

function createPhotoRow(row, data) {
  const group = element("div", "triple");
  group.style.setProperty("--aspect", row.aspect);
  const photo = element("figure");
  photo.append(createImage(row.photo, `${row.file}: ${row.label}`), element("figcaption", "", row.label));
  group.append(photo, createMapStack(row, "A", data), createMapStack(row, "B", data));
  return group;
}

function build(root) {
  const view = { root, at: 0, timer: 0 };
  view.play = element("button", "play", "", { type: "button" });
  view.slider = Object.assign(element("input"), { type: "range", min: 0, step: 1 });
  view.said = element("output");
  view.numbers = element("div", "numbers");
  view.photos = element("div", "triples");
  const controls = element("div", "controls");
  controls.append(view.play, view.slider, view.said);
  root.append(controls, view.numbers, view.photos);
  view.play.addEventListener("click", () => (view.timer ? stop(view) : start(view)));
  view.slider.addEventListener("input", () => {
    stop(view);
    showMoment(view, Number(view.slider.value));
  });
  // The arrow keys move the slider here; the page's own would leave the step.
  view.slider.addEventListener("keydown", (event) => event.stopPropagation());
  return view;
}

function start(view) {
  const last = view.data.moments.length - 1;
  showMoment(view, view.at === last ? 0 : view.at + 1);
  view.timer = setInterval(() => {
    if (!view.root.isConnected || view.at === last) stop(view);
    else showMoment(view, view.at + 1);
  }, MOMENT_MS);
  updatePlayButton(view);
}

function stop(view) {
  clearInterval(view.timer);
  view.timer = 0;
  updatePlayButton(view);
}

function updatePlayButton(view) {
  view.play.textContent = view.timer ? "❚❚" : "▶";
  view.play.setAttribute("aria-label", view.timer ? view.data.words.pause : view.data.words.play);
}

function showMoment(view, at) {
  const moment = view.data.moments[at];
  view.at = at;
  view.root.dataset.moment = moment.epoch;
  view.slider.value = at;
  view.slider.setAttribute("aria-valuetext", moment.words);
  view.said.textContent = moment.words;
  view.numbers.replaceChildren(element("span", "", view.data.words.numbers));
  for (const side of ["A", "B"]) {
    const number = element("b", `side-${side}`, `${side} ${moment[side]}`);
    number.style.setProperty("--side", view.data.colours[side]);
    view.numbers.append(number);
  }
  for (const stack of view.photos.querySelectorAll(".pile")) {
    [...stack.children].forEach((image, place) => image.classList.toggle("seen", place === at));
    const side = stack.parentElement.className.slice(-1);
    stack.setAttribute("aria-label", `${view.data.words.looks} ${side}. ${moment.words}`);
  }
}

export default function (component) {
  const root = component.parentElement.querySelector(".gaze-root");
  const view = (root.view ??= build(root));
  const known = JSON.stringify(component.data);
  if (known === view.known) return; // drawn already, perhaps at another moment
  stop(Object.assign(view, { known, data: component.data }));
  view.slider.max = view.data.moments.length - 1;
  view.slider.setAttribute("aria-label", view.data.words.slider);
  view.photos.replaceChildren(...view.data.rows.map((row) => createPhotoRow(row, view.data)));
  showMoment(view, Math.min(view.at, view.data.moments.length - 1));
  view.root.dataset.drawn = "yes";
}
