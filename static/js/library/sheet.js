/** <contact-sheet>: the library, alive. Without this script the page is the same wall in pages. */

import { fill, words } from "../api.js";
import { Choice } from "./choice.js";
import { Deeds } from "./deeds.js";
import { Keys } from "./keys.js";
import { Projects } from "./projects.js";
import { Shelf } from "./shelf.js";
import { Wall } from "./wall.js";

const TYPING = 250;

class ContactSheet extends HTMLElement {
  connectedCallback() {
    const told = JSON.parse(document.getElementById("sheet").textContent);
    this.list = this.querySelector(".sheet-wall");
    this.classList.add("alive");
    this.shelf = new Shelf(told);
    this.choice = new Choice();
    this.deeds = new Deeds(this.shelf, this.choice, this.querySelector(".toast"));
    this.wall = new Wall(this.list, this.shelf, this.choice);
    this.projects = new Projects(this);
    this.keys = new Keys(this);
    this.shelf.addEventListener("change", () => this.#told());
    this.choice.addEventListener("change", () => this.#counted());
    this.#told();
    this.#press();
    this.#find();
    this.#receive();
  }

  do(name, ids) {
    if (!ids.size) return undefined;
    const deeds = { star: () => this.deeds.star(ids), move: () => this.projects.ask(ids), trash: () => this.deeds.trash(ids), back: () => this.deeds.takeBack(ids), zip: () => this.deeds.zip(ids) };
    return this.deeds.tried(deeds[name]);
  }

  #told() {
    this.classList.toggle("in-trash", this.shelf.trash);
    this.querySelector("h1").textContent = this.shelf.trash ? words.trash : words.library;
    this.querySelector("[data-empty]").hidden = this.shelf.items.length > 0;
    if (this.shelf.items.length) return;
    const [title, hint] = this.#emptiness();
    this.querySelector("[data-empty-title]").textContent = title;
    this.querySelector("[data-empty-hint]").textContent = hint;
  }

  #emptiness() {
    if (this.shelf.query === "trash=true") return [words.clean, words.cleanhint];
    return this.shelf.query ? [words.nothing, words.nothinghint] : [words.blank, words.blankhint];
  }

  #counted() {
    this.querySelector(".chosen").hidden = !this.choice.size;
    this.querySelector("[data-count]").textContent = fill(words.chosen, { count: this.choice.size });
  }

  #press() {
    this.list.addEventListener("click", (event) => this.#clicked(event));
    this.querySelector(".chosen").addEventListener("click", ({ target }) => {
      const name = target.closest("[data-do]")?.dataset.do;
      if (name === "none") this.choice.none();
      else if (name) this.do(name, this.choice.ids);
    });
  }

  #clicked(event) {
    const place = this.wall.placeOf(event.target);
    if (place < 0) return;
    this.wall.current = place;
    const choosing = event.target.closest("button") || event.ctrlKey || event.metaKey || event.shiftKey || this.choice.size;
    if (!choosing) return;
    event.preventDefault();
    const { id } = this.shelf.items[place];
    if (event.shiftKey) this.choice.stretch(this.shelf.items, id);
    else this.choice.toggle(id);
  }

  #find() {
    const form = this.querySelector(".finder");
    const seek = () => {
      const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
      history.replaceState(null, "", asked ? `?${asked}` : location.pathname);
      this.choice.none();
      this.wall.current = 0;
      scrollTo(0, 0);
      this.shelf.seek(asked);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      seek();
    });
    for (const part of [form, this.projects.row]) {
      part.addEventListener("input", ({ target }) => {
        clearTimeout(this.typing);
        this.typing = setTimeout(seek, target.type === "search" ? TYPING : 0);
      });
    }
  }

  #receive() {
    const add = (given) => {
      const files = [...given];
      if (files.length) this.deeds.tried(() => this.deeds.add(files));
    };
    const input = this.querySelector("#file");
    input.addEventListener("change", () => {
      add(input.files);
      input.value = ""; // or the same file could not be chosen twice
    });
    addEventListener("paste", (event) => add(event.clipboardData.files));
    for (const name of ["dragover", "dragleave", "drop"]) {
      addEventListener(name, (event) => {
        if (this.projects.carrying || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        this.classList.toggle("dropping", name === "dragover");
        if (name === "drop") add(event.dataTransfer.files);
      });
    }
  }
}

customElements.define("contact-sheet", ContactSheet);
