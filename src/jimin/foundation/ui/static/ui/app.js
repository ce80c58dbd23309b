// 长者版: remembered in a cookie so that the server renders the page large at once.
const elder = document.getElementById("elder");
if (elder) {
  const set = (on) => {
    document.documentElement.classList.toggle("elder", on);
    elder.setAttribute("aria-pressed", String(on));
  };
  set(document.documentElement.classList.contains("elder"));
  elder.addEventListener("click", () => {
    const on = !document.documentElement.classList.contains("elder");
    set(on);
    document.cookie = `elder=${on ? "1" : ""};path=/;max-age=${on ? 31536000 : 0};samesite=lax`;
  });
}

// After a refused form the reader starts at the summary of what is wrong.
const focusErrors = (root) => {
  const summary = root.querySelector(".errors-summary");
  if (summary) summary.focus();
};
focusErrors(document);
document.body.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));

// A second click on a slow line must not send the form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});
