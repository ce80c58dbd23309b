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
