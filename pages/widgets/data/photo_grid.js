// A wall of photos (core/data/photo_grid.py). A click, or Enter, tells the page which one to open. Text
// from files is only ever set as textContent; our own comes from Python (`data.words`).

function frame(photo) {
  const node = element("span", "frame");
  if (photo.problem) {
    node.append(element("span", "problem", photo.problem));
    return node;
  }
  const image = element("img");
  image.src = `data:image/jpeg;base64,${photo.image}`;
  image.alt = "";
  image.decoding = "async";
  node.append(image);
  for (const box of photo.boxes) {
    const mark = element("span", "box");
    mark.title = box.label;
    mark.style.left = `${100 * box.x0}%`;
    mark.style.top = `${100 * box.y0}%`;
    mark.style.width = `${100 * (box.x1 - box.x0)}%`;
    mark.style.height = `${100 * (box.y1 - box.y0)}%`;
    node.append(mark);
  }
  return node;
}

function tile(photo, words, open) {
  const item = element("li", "tile");
  item.style.setProperty("--aspect", Math.min(Math.max(photo.aspect, 0.4), 3));
  const button = element("button", "open");
  button.append(frame(photo));
  const truth = element("span", "words");
  if (photo.primary) truth.append(element("b", "", photo.primary));
  else truth.append(element("span", "none", words.unlabelled));
  if (photo.also.length) truth.append(element("span", "quiet", ` + ${photo.also.join(", ")}`));
  const facts = element("span", "words quiet", photo.file.split("/").pop());
  if (photo.fold !== null) facts.textContent = `${fill(words.fold, photo)} · ${facts.textContent}`;
  button.append(truth);
  if (photo.copies.length) button.append(element("span", "words copy", `⚠ ${words.copy}`));
  button.append(facts);
  const boxes = photo.boxes.map((box) => box.label);
  button.setAttribute(
    "aria-label",
    [
      fill(words.open, { file: photo.file, label: photo.primary || words.unlabelled }),
      photo.also.length ? fill(words.also, { names: photo.also.join(", ") }) : "",
      boxes.length ? fill(words.boxes, { names: boxes.join(", ") }) : "",
      photo.fold === null ? "" : fill(words.fold, photo),
      ...photo.copies,
      photo.problem,
    ].filter(Boolean).join("; "),
  );
  button.title = [photo.file, ...photo.copies].join("\n");
  button.addEventListener("click", () => open(photo.file));
  item.append(button);
  return item;
}

export default function (component) {
  const root = component.parentElement.querySelector(".wall-root");
  const { photos, words } = component.data;
  const stamp = JSON.stringify([words, photos.map((photo) => ({ ...photo, image: photo.image.length }))]);
  if (root.stamp === stamp) return;
  root.stamp = stamp;
  const wall = element("ul", "wall");
  const open = (file) => component.setTriggerValue("open", file);
  wall.append(...photos.map((photo) => tile(photo, words, open)), element("li", "rest"));
  wall.lastChild.setAttribute("aria-hidden", "true");
  root.replaceChildren(wall);
}
