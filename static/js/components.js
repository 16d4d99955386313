/** The living page: its buttons open what they name, and a range is filled as far as it is. */

for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}
for (const slider of document.querySelectorAll('[type="range"]')) {
  const fill = () => slider.style.setProperty("--filled", (slider.value - slider.min) / (slider.max - slider.min));
  slider.addEventListener("input", fill);
  fill();
}
