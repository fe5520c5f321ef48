// A photo on which one box can be drawn: by mouse, finger or pen, by keys, or by a button. The box
// goes to the app as shares of the photo's sides, [x0, y0, x1, y1], or null.

const MIN_BOX_SIDE = 0.03; // a smaller one is a click beside the box: it removes the box
const KEY_STEP = 0.02;

const clampShare = (value) => Math.min(Math.max(value, 0), 1);
const roundBox = (box) => box && box.map((value) => Math.round(value * 1e4) / 1e4);

function build(root, data, send) {
  let box = data.box;
  let timer = null;
  const stage = element("div", "stage");
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", fill(data.words.help, { photo: data.alt }));
  const image = element("img");
  image.src = `data:image/jpeg;base64,${data.jpeg}`;
  image.alt = data.alt;
  const frame = element("div", "box");
  const told = element("p", "told", "", { role: "status" });
  const actions = element("div", "actions");

  const button = (text, act) => {
    const found = element("button", "", text, { type: "button" });
    found.addEventListener("click", act);
    actions.append(found);
    return found;
  };
  const draw = () => {
    frame.hidden = box === null;
    remove.disabled = box === null;
    if (box === null) {
      told.textContent = data.words.draw;
      return;
    }
    const [x0, y0, x1, y1] = box.map((value) => 100 * value);
    Object.assign(frame.style, { left: `${x0}%`, top: `${y0}%`, width: `${x1 - x0}%`, height: `${y1 - y0}%` });
    told.textContent = fill(data.words.hidden, { share: Math.round(((x1 - x0) * (y1 - y0)) / 100) });
  };
  const put = (wanted, wait = 0) => {
    box = roundBox(wanted);
    draw();
    window.clearTimeout(timer);
    timer = window.setTimeout(() => send(box), wait);
  };
  for (const { label, box: known } of data.known) button(fill(data.words.hide, { label }), () => put(known));
  const middle = () => put([0.3, 0.3, 0.7, 0.7]);
  if (!data.known.length) button(data.words.middle, middle);
  const remove = button(data.words.remove, () => put(null));

  const place = (event) => {
    const around = stage.getBoundingClientRect();
    return [clampShare((event.clientX - around.left) / around.width), clampShare((event.clientY - around.top) / around.height)];
  };
  const moved = ([x0, y0, x1, y1], right, down) => {
    const dx = Math.min(Math.max(right, -x0), 1 - x1);
    const dy = Math.min(Math.max(down, -y0), 1 - y1);
    return [x0 + dx, y0 + dy, x1 + dx, y1 + dy];
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    const before = box;
    const [startX, startY] = place(event);
    const inside = event.target === frame && before !== null;
    const follow = (next) => {
      const [x, y] = place(next);
      box = inside
        ? moved(before, x - startX, y - startY)
        : [Math.min(x, startX), Math.min(y, startY), Math.max(x, startX), Math.max(y, startY)];
      draw();
    };
    const end = (last) => {
      stage.removeEventListener("pointermove", follow);
      stage.removeEventListener("pointerup", end);
      stage.removeEventListener("pointercancel", end);
      if (last.type === "pointercancel") return put(before);
      follow(last);
      const small = box[2] - box[0] < MIN_BOX_SIDE || box[3] - box[1] < MIN_BOX_SIDE;
      return put(small && !inside ? null : box);
    };
    stage.addEventListener("pointermove", follow);
    stage.addEventListener("pointerup", end);
    stage.addEventListener("pointercancel", end);
  });
  stage.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-KEY_STEP, 0], ArrowRight: [KEY_STEP, 0], ArrowUp: [0, -KEY_STEP], ArrowDown: [0, KEY_STEP] };
    if (event.key in ways && box !== null) {
      const [right, down] = ways[event.key];
      if (event.shiftKey) {
        const [x0, y0, x1, y1] = box;
        put([x0, y0, Math.max(clampShare(x1 + right), x0 + MIN_BOX_SIDE), Math.max(clampShare(y1 + down), y0 + MIN_BOX_SIDE)].map(clampShare), 300);
      } else {
        put(moved(box, right, down), 300);
      }
    } else if ((event.key === "Enter" || event.key === " ") && box === null) {
      middle();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      put(null);
    } else {
      return;
    }
    event.preventDefault();
  });
  stage.append(image, frame);
  root.replaceChildren(stage, actions, told);
  draw();
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".box-root");
  const stamp = `${data.stamp} ${data.language}`;
  if (root.overfitLens === stamp) return;
  root.overfitLens = stamp;
  build(root, data, (box) => setStateValue("box", { photo: data.stamp, corners: box }));
}
