// Columns: their order is that of the lines, which the buttons move.
const showMoves = (root) => root.querySelectorAll("[data-move]").forEach((b) => { b.hidden = false; });
showMoves(document);
document.addEventListener("htmx:afterSwap", (event) => showMoves(event.target));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const line = button.closest("li");
  const other = button.dataset.move === "up" ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === "up") other.before(line);
  else other.after(line);
  button.focus();
});

// Rows marked for a bulk action stay marked from page to page, in this tab only.
const marked = {
  key: `marked:${location.pathname}`,
  read() { return new Set(JSON.parse(sessionStorage.getItem(this.key) || "[]")); },
  write(keys) { sessionStorage.setItem(this.key, JSON.stringify([...keys])); },
};
const showMarked = () => {
  const form = document.getElementById("selection");
  if (!form) return;
  const keys = marked.read();
  const boxes = [...form.elements].filter((e) => e.name === "pk" && e.type === "checkbox");
  boxes.forEach((box) => { box.checked = keys.has(box.value); });
  const whole = document.querySelector("[data-mark-all]");
  if (whole) {
    whole.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    whole.indeterminate = !whole.checked && boxes.some((box) => box.checked);
  }
  const all = form.elements.namedItem("all");
  const said = form.querySelector("[data-marked]");
  said.textContent = said.dataset.marked.replace("N", String(keys.size));
  form.classList.toggle("is-active", keys.size > 0 || Boolean(all && all.checked));
};
document.addEventListener("change", (event) => {
  const box = event.target;
  const form = document.getElementById("selection");
  if (!form || !(box.form === form || box.matches("[data-mark-all]"))) return;
  const keys = marked.read();
  const set = (each) => (each.checked ? keys.add(each.value) : keys.delete(each.value));
  if (box.matches("[data-mark-all]")) {
    [...form.elements].filter((e) => e.name === "pk").forEach((each) => {
      each.checked = box.checked;
      set(each);
    });
  } else if (box.name === "pk") set(box);
  marked.write(keys);
  showMarked();
});
document.addEventListener("reset", (event) => {
  if (event.target.id !== "selection") return;
  marked.write([]);
  setTimeout(showMarked);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "selection") return;
  const here = new Set([...form.elements].filter((e) => e.name === "pk").map((e) => e.value));
  marked.read().forEach((key) => {
    if (here.has(key)) return;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "pk", value: key });
    form.append(input);
  });
  marked.write([]);
});
showMarked();
document.addEventListener("htmx:afterSwap", showMarked);
window.addEventListener("pageshow", showMarked);
