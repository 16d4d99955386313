/** Settings kept by name, here and on every other device of this person; a link gives one away. */

import { Refusal, call, fill, words } from "../api.js";
import { tell } from "../toast.js";
import { el, icon } from "./dom.js";

const OWN = ["image", "mask", "seed"];

export class Presets {
  constructor(composer, presets) {
    Object.assign(this, { composer, presets, place: composer.querySelector("[data-presets]") });
    this.name = this.place.querySelector("[data-name]");
    this.place.querySelector("[data-save]").addEventListener("click", () => this.#tried(() => this.#save()));
    this.name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#tried(() => this.#save());
    });
    this.#draw();
  }

  async #save() {
    const name = this.name.value.trim();
    if (!name) return this.name.focus();
    const params = Object.fromEntries(Object.entries(this.composer.params()).filter(([key]) => !OWN.includes(key)));
    const made = await call("POST", "/presets", { name, tool: this.composer.tool.name, params });
    this.presets = [made, ...this.presets.filter((one) => one.name !== name)];
    this.name.value = "";
    return this.#draw();
  }

  async #forget(preset) {
    await call("DELETE", `/presets/${preset.id}`);
    this.presets = this.presets.filter((one) => one !== preset);
    this.#draw();
  }

  async #give(preset) {
    const { url } = await call("PATCH", `/presets/${preset.id}`, { shared: true });
    try {
      await navigator.clipboard.writeText(url);
      tell(words.copied);
    } catch {
      tell(url);
    }
  }

  async #tried(deed) {
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tell(error.message);
    }
  }

  #draw() {
    this.place.querySelector("[data-none]").hidden = this.presets.length > 0;
    this.place.querySelector("[data-list]").replaceChildren(...this.presets.map((preset) => this.#line(preset)));
  }

  #line(preset) {
    const take = () => {
      this.place.open = false;
      this.composer.load(preset.params, { seed: false });
    };
    const small = (name, label, deed) => el("button", { type: "button", "aria-label": fill(label, { name: preset.name }), title: fill(label, { name: preset.name }), onclick: () => this.#tried(deed) }, icon(name));
    return el("li", {}, el("button", { type: "button", onclick: take }, preset.name), small("share", words.give, () => this.#give(preset)), small("trash", words.forget, () => this.#forget(preset)));
  }
}
