/** Where frames go: the row of projects takes what is dropped on it, the dialog asks, and both know how to begin a new one. */

import { call, fill, words } from "../api.js";
import { el } from "../studio/dom.js";
import { tell } from "../toast.js";

const EASY = 8; // so many are found without a search

export class Projects {
  #carried = null;

  constructor(sheet) {
    Object.assign(this, { sheet, row: sheet.querySelector(".projects"), dialog: sheet.querySelector(".move") });
    sheet.list.addEventListener("dragstart", (event) => this.#lift(event));
    sheet.list.addEventListener("dragend", () => this.#lay());
    for (const name of ["dragover", "dragleave", "drop"]) this.row.addEventListener(name, (event) => this.#over(event));
    this.row.querySelector("button").addEventListener("click", () => this.ask(new Set()));
    this.others = this.row.querySelector("[data-others]");
    this.others?.addEventListener("click", (event) => this.#look(event));
    this.seek = this.dialog.querySelector("[data-seek]");
    this.seek.addEventListener("input", () => this.#sift());
    this.dialog.addEventListener("click", (event) => this.#chosen(event));
    this.dialog.addEventListener("keydown", (event) => this.#step(event));
    this.dialog.querySelector("[data-begin]").addEventListener("submit", (event) => this.#begin(event));
  }

  get carrying() {
    return this.#carried !== null;
  }

  /** Where to? Without frames this only begins a project. */
  ask(ids, anew = !ids.size) {
    this.asked = ids;
    this.#show(anew ? words.newproject : words.into, { list: !anew, form: true });
    if (anew) this.dialog.querySelector("[name=name]").focus();
    else if (this.others) this.#fill();
  }

  /** All of them: the row shows only the first. */
  #look(event) {
    event.preventDefault();
    this.asked = null;
    this.#show(words.goto, { list: true, form: false });
    this.#fill();
  }

  #show(title, { list, form }) {
    this.dialog.querySelector("h2").textContent = title;
    this.dialog.querySelector("ul").hidden = !list;
    this.dialog.querySelector(".field").hidden = !form;
    this.dialog.querySelector(".shutter").hidden = !form;
    this.#none.hidden = !form;
    this.seek.value = "";
    this.#sift();
    this.seek.hidden = !list || this.#entries.length <= EASY;
    this.#wrong("");
    this.dialog.showModal();
  }

  get #entries() {
    return [...this.dialog.querySelectorAll("li:not(:last-child)")];
  }

  get #none() {
    return this.dialog.querySelector("li:last-child");
  }

  /** Once; what is begun here joins by itself. */
  async #fill() {
    this.filling ??= all();
    const items = await this.filling.catch((error) => this.#unfilled(error));
    const known = new Set(this.#entries.map((entry) => entry.firstElementChild.dataset.project));
    this.#none.before(...items.filter(({ id }) => !known.has(id)).map(({ id, name }) => entry(id, name)));
    this.seek.hidden = this.#entries.length <= EASY;
    this.#sift();
  }

  /** Asked again when the dialog opens next. */
  #unfilled(error) {
    this.filling = null;
    tell(error.message);
    return [];
  }

  #sift() {
    const wanted = this.seek.value.trim().toLowerCase();
    for (const entry of this.#entries) entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
  }

  #open(id, name) {
    if (!this.row.querySelector(`input[value="${id}"]`)) this.#label(id, name);
    const pick = this.row.querySelector(`input[value="${id}"]`);
    pick.checked = true;
    pick.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #lift(event) {
    const { choice, shelf, wall } = this.sheet;
    const item = shelf.items[wall.placeOf(event.target)];
    if (!item || shelf.trash) return;
    this.#carried = choice.has(item.id) ? choice.ids : new Set([item.id]);
    event.dataTransfer.effectAllowed = "copyMove";
    const held = document.body.appendChild(el("span", { class: "carried figure" }, fill(words.chosen, { count: this.#carried.size })));
    event.dataTransfer.setDragImage(held, -12, -12);
    // A page that changes while a drag begins ends it.
    setTimeout(() => {
      held.remove();
      this.sheet.classList.toggle("carrying", this.carrying);
    });
  }

  #lay() {
    this.#carried = null;
    this.sheet.classList.remove("carrying");
  }

  #over(event) {
    const place = this.carrying && event.target.closest("[data-project]");
    if (!place) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    place.classList.toggle("over", event.type === "dragover");
    if (event.type !== "drop") return;
    const ids = this.#carried;
    this.#lay();
    if (place.dataset.project) this.#move(ids, place.dataset.project, place.textContent.trim());
    else this.ask(ids, true);
  }

  #move(ids, project, name) {
    const { deeds } = this.sheet;
    return deeds.tried(() => deeds.move(ids, project === "none" ? null : project, name));
  }

  #chosen({ target }) {
    const button = target.closest("[data-project], [data-close]");
    if (!button) return undefined;
    this.dialog.close();
    if ("close" in button.dataset) return undefined;
    if (!this.asked) return this.#open(button.dataset.project, button.textContent.trim());
    return this.#move(this.asked, button.dataset.project, button.textContent.trim());
  }

  #step(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const stops = [...this.dialog.querySelectorAll("li button, input")].filter((stop) => stop.checkVisibility());
    stops.at((stops.indexOf(document.activeElement) + way) % stops.length).focus();
  }

  async #begin(event) {
    event.preventDefault();
    try {
      const { id, name } = await call("POST", "/projects", { name: event.target.elements.name.value });
      event.target.reset();
      this.dialog.close();
      this.#add(id, name);
      if (this.asked.size) await this.#move(this.asked, id, name);
    } catch (error) {
      this.#wrong(error.message);
    }
  }

  #add(id, name) {
    this.#label(id, name);
    this.#none.before(entry(id, name));
  }

  #label(id, name) {
    const pick = el("input", { type: "radio", name: "project", value: id, form: "finder" });
    (this.others ?? this.row.querySelector("button")).before(el("label", { "data-project": id }, pick, el("span", {}, name)));
  }

  #wrong(sentence) {
    const place = this.dialog.querySelector(".wrong");
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}

async function all() {
  const found = [];
  let cursor = "";
  while (cursor !== null) {
    const asked = new URLSearchParams({ limit: 100, ...(cursor && { cursor }) });
    const { items, pagination } = await call("GET", `/projects?${asked}`);
    found.push(...items);
    cursor = pagination.next;
  }
  return found;
}

function entry(id, name) {
  return el("li", {}, el("button", { type: "button", class: "button quiet", "data-project": id }, name));
}
