/** Menus that are <details class="pop">: a click elsewhere or Escape closes them, and the focus goes back. */

addEventListener("click", ({ target }) => {
  for (const pop of document.querySelectorAll("details.pop[open]")) if (!pop.contains(target)) pop.open = false;
});

addEventListener(
  "keydown",
  (event) => {
    const pop = event.key === "Escape" && document.querySelector("details.pop[open]");
    if (!pop) return;
    event.stopPropagation();
    pop.open = false;
    pop.querySelector("summary").focus();
  },
  { capture: true },
);
