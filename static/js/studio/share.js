/** A link to one picture, for so many days. */

import { Refusal, call, words } from "../api.js";
import { tell } from "../toast.js";

const DAY = 86_400_000;

export class Share {
  constructor(dialog) {
    Object.assign(this, { dialog, button: dialog.querySelector("[data-link]"), made: dialog.querySelector("[data-made]") });
    this.button.addEventListener("click", () => this.#make());
  }

  open(output) {
    this.output = output;
    this.made.hidden = true;
    this.button.textContent = words.link;
    this.button.disabled = false;
    this.dialog.showModal();
  }

  async #make() {
    const field = this.made.querySelector("input");
    if (!this.made.hidden) {
      await copy(field);
      return;
    }
    const { output } = this;
    const days = this.dialog.querySelector("select").value;
    const expires_at = days ? new Date(Date.now() + days * DAY).toISOString() : null;
    this.button.disabled = true;
    try {
      const link = await call("POST", `/assets/${output.id}/links`, { expires_at });
      if (output !== this.output) return;
      field.value = link.url;
      this.made.hidden = false;
      this.button.textContent = words.copy;
      field.select();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tell(error.message);
    } finally {
      if (output === this.output) this.button.disabled = false;
    }
  }
}

/** Without a secure address there is no clipboard: then it is marked, to be copied by hand. */
export async function copy(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    tell(words.copied);
  } catch {
    field.focus();
  }
}
