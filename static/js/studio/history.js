/** What was asked before, in this browser: ↑ in an empty prompt, or the whole list. */

import { el } from "./dom.js";

const NAME = `klikyai.prompts.${document.querySelector('meta[name="who"]')?.content}`;
const KEPT = 50;

export class History {
  constructor(composer) {
    Object.assign(this, { composer, place: composer.querySelector("[data-history]") });
    this.prompts = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    composer.addEventListener("said", ({ detail }) => this.#remember(detail));
    composer.fields.prompt.addEventListener("keydown", (event) => this.#recall(event));
    this.place.addEventListener("toggle", () => this.place.open && this.#draw());
  }

  #remember(prompt) {
    this.prompts = [prompt, ...this.prompts.filter((one) => one !== prompt)].slice(0, KEPT);
    localStorage.setItem(NAME, JSON.stringify(this.prompts));
  }

  #recall(event) {
    if (event.key !== "ArrowUp" || this.composer.fields.prompt.value || !this.prompts.length) return;
    event.preventDefault();
    this.composer.write(this.prompts[0]);
  }

  #draw() {
    const take = (prompt) => {
      this.place.open = false;
      this.composer.write(prompt);
    };
    this.place.querySelector("[data-none]").hidden = this.prompts.length > 0;
    const lines = this.prompts.map((prompt) => el("li", {}, el("button", { type: "button", title: prompt, onclick: () => take(prompt) }, prompt)));
    this.place.querySelector("[data-list]").replaceChildren(...lines);
  }
}
