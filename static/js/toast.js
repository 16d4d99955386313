/** One short sentence at the lower edge; what can be taken back says so with a button. */

import { Refusal, words } from "./api.js";

const SHOWN = 8000;
let shown;

export function tell(sentence, label, deed) {
  shown?.remove();
  const toast = (shown = document.createElement("div"));
  toast.className = "toast";
  toast.setAttribute("role", "status");
  toast.append(sentence);
  if (label) {
    const button = document.createElement("button");
    button.className = "button plain";
    button.textContent = label;
    // What a key may press takes something back, and pays for nothing.
    if (label === words.undo) button.dataset.undo = "";
    button.addEventListener("click", async () => {
      toast.remove();
      try {
        await deed();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        tell(error.message);
      }
    });
    toast.append(button);
  }
  // Behind an open dialog it would be dimmed, and its button dead.
  (document.querySelector("dialog[open]") ?? document.body).append(toast);
  setTimeout(() => toast.remove(), SHOWN);
}
