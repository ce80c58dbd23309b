// Text and rows point at each other: a click on either side shows the other. Works again after
// htmx has put a decided row back, because it listens on the page.
const marksOf = (name) =>
  [...document.querySelectorAll("mark[data-rows]")].filter((mark) => mark.dataset.rows.split(" ").includes(name));

const show = (name, target) => {
  document.querySelectorAll(".is-shown").forEach((shown) => shown.classList.remove("is-shown"));
  marksOf(name).forEach((mark) => mark.classList.add("is-shown"));
  document.getElementById(`row-${name}`)?.classList.add("is-shown");
  target?.scrollIntoView({ block: "center" });
};

document.addEventListener("click", (event) => {
  const code = event.target.closest(".proposal-code");
  if (code) {
    event.preventDefault();
    const name = code.getAttribute("href").slice("#at-".length);
    show(name, marksOf(name)[0]);
    return;
  }
  const mark = event.target.closest("mark[data-rows]");
  if (mark && document.getSelection().isCollapsed) {
    const name = mark.dataset.rows.split(" ").at(-1);
    show(name, document.getElementById(`row-${name}`));
  }
});

const all = document.getElementById("tick-all");
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll('input[name="rows"]')];
    const on = boxes.some((box) => !box.checked);
    boxes.forEach((box) => (box.checked = on));
  });
}

// Adding what the reading missed: mark words in the text and choose what they are. The server
// counts characters of the text, so marks outside the basic plane must not count twice.
const bar = document.getElementById("selected");
const words = document.querySelector(".review-text .plan-text");
if (bar && words) {
  const count = (range) => [...range.toString()].length;
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const range = selection.rangeCount && selection.getRangeAt(0);
    const inside = range && !range.collapsed && words.contains(range.commonAncestorContainer);
    bar.hidden = !inside;
    if (!inside) return;
    const before = document.createRange();
    before.selectNodeContents(words);
    before.setEnd(range.startContainer, range.startOffset);
    const start = count(before);
    const end = start + count(range);
    bar.querySelectorAll("a").forEach((link) => {
      link.href = `${bar.dataset.add}?as=${link.dataset.kind}&start=${start}&end=${end}`;
    });
  });
}

// Keys. Whoever types in a field, or has switched them off, is left alone.
const help = document.getElementById("keys");
const switchOn = document.getElementById("keys-on");
const KEPT = "review-keys";
if (help) {
  const opener = document.getElementById("keys-help");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  switchOn.checked = localStorage.getItem(KEPT) !== "off";
  switchOn.addEventListener("change", () => localStorage.setItem(KEPT, switchOn.checked ? "on" : "off"));

  const rows = () => [...document.querySelectorAll("article.proposal")];
  let at = null; // the name of the row the keys act on

  const current = () => at && document.getElementById(at);
  const go = (row) => {
    if (!row) return;
    at = row.id;
    const name = at.slice("row-".length);
    show(name, row);
    const mark = marksOf(name)[0];
    const pane = words.closest(".review-text");
    if (mark && pane.scrollHeight > pane.clientHeight) {
      pane.scrollTop += mark.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
    }
    row.focus({ preventScroll: true });
  };
  const step = (by) => {
    const list = rows();
    const here = list.findIndex((row) => row.id === at);
    go(list[here < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(here + by, 0), list.length - 1)]);
  };
  const reject = (row) => {
    const details = row.querySelector(".proposal-reject");
    if (!details) return;
    details.open = true;
    details.querySelector("input[name=reason]").focus();
  };
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    a: (row) => row.querySelector("button[value=accept]")?.click(),
    r: reject,
    e: (row) => row.querySelector("[data-key=e]")?.click(),
    s: (row) => row.querySelector("[data-key=s]")?.click(),
    x: (row) => row.querySelector("input[name=rows]")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
      if (event.key === "Escape") {
        const details = event.target.closest(".proposal-reject");
        if (details) {
          details.open = false;
          go(details.closest("article"));
        }
      }
      return;
    }
    if (event.key === "?") {
      help.showModal();
      return;
    }
    const act = switchOn.checked && acts[event.key];
    if (!act) return;
    if (act.length && !current()) step(1);
    else act(current());
    event.preventDefault();
  });
  // After a decision the next row that waits comes up; a refusal stays where it is.
  document.addEventListener("htmx:afterSettle", () => {
    const row = current();
    const refused = row?.querySelector("[role=alert]");
    if (!row || (row.classList.contains("is-proposed") && !refused)) return;
    const list = rows();
    const after = list.slice(list.indexOf(row) + 1);
    go(refused ? row : after.find((next) => next.classList.contains("is-proposed")) || row);
  });
}
