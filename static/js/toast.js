/** One short sentence at the lower edge; what can be taken back says so with a button. */

const SHOWN = 8000;

export function tell(sentence, label, undo) {
  document.querySelector("body > .toast")?.remove();
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  toast.append(sentence);
  if (label) {
    const button = document.createElement("button");
    button.className = "button plain";
    button.textContent = label;
    button.dataset.undo = "";
    button.addEventListener("click", () => {
      toast.remove();
      undo();
    });
    toast.append(button);
  }
  document.body.append(toast);
  setTimeout(() => toast.remove(), SHOWN);
}
