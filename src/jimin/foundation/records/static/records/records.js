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

// The list somebody came from, in this tab only: the way back leads to it as it was, and a page
// asks which records stand before and after in it.
const here = document.querySelector("[data-list]");
const listKey = here && `list:${here.dataset.list}`;
const isList = here && here.dataset.list === location.pathname;
const keepList = () => { if (isList) sessionStorage.setItem(listKey, location.search); };
keepList();
document.addEventListener("htmx:pushedIntoHistory", keepList);
if (here && !isList) {
  const query = sessionStorage.getItem(listKey);
  if (query) {
    document.querySelectorAll("[data-back]").forEach((link) => { link.href = here.dataset.list + query; });
  }
  const beside = document.getElementById("beside");
  if (beside && query !== null) {
    // htmx stands after this script; by then it is there.
    document.addEventListener("DOMContentLoaded", () => {
      htmx.ajax("GET", beside.dataset.href + query, { target: "#beside", swap: "innerHTML" });
    });
  }
}

// Keys. A single letter means nothing while somebody writes, and all of it can be turned off.
const sheet = document.getElementById("keys");
const KEYS_OFF = "keys-off";
const writes = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
const move = (step) => {
  const links = [...document.querySelectorAll(".record-table tbody tr td > a")];
  if (!links.length) {
    const link = document.querySelector(`#beside [data-key=${step > 0 ? "j" : "k"}]`);
    if (link) link.click();
    return;
  }
  const row = document.activeElement.closest("tbody tr");
  const at = links.findIndex((link) => row && row.contains(link));
  const next = links[Math.min(links.length - 1, Math.max(0, at + step))];
  next.focus();
};
const mark = () => {
  const row = document.activeElement.closest("tbody tr");
  const box = row && row.querySelector("input[name=pk]");
  if (box) box.click();
};
const search = () => {
  const box = document.getElementById("q");
  if (box) box.select();
};
const commands = { j: () => move(1), k: () => move(-1), x: mark, "/": search, "?": () => sheet.showModal() };
if (sheet) {
  const on = sheet.querySelector("[data-keys-on]");
  on.checked = !localStorage.getItem(KEYS_OFF);
  on.addEventListener("change", () => {
    if (on.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) sheet.showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || sheet.open) return;
    if (writes(event.target) || !on.checked || !(event.key in commands)) return;
    event.preventDefault();
    commands[event.key]();
  });
}
