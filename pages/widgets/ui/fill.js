// Joined before the scripts of every widget that speaks. Texts come from Python, said in the reader's
// language (`data.words`); here only their values are put in: fill(words.select, { run: "quick" }).

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

// A text that counts comes as [for one, for many]; the language of one form gives it twice.
function fillCount([one, many], count) {
  return fill(count === 1 ? one : many, { count });
}
