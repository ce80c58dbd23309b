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
  if (mark) {
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
