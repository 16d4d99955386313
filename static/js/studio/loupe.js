/** Looking closer. The picture and its mask are magnified and moved together; strokes know nothing of it. */

import { typing } from "./keys.js";

const MOST = 8;
const NOTCH = 250;
const PINCH = 50;

export class Loupe {
  #held = new Map();
  #moving = false;
  #space = false;

  constructor(sheet) {
    this.sheet = sheet;
    sheet.addEventListener("wheel", (event) => this.#wheeled(event), { passive: false });
    for (const name of ["keydown", "keyup"]) addEventListener(name, (event) => this.#spaced(event));
    addEventListener("blur", () => this.#ready(false));
    this.whole();
  }

  whole() {
    Object.assign(this, { zoom: 1, left: 0, top: 0 });
    this.#show();
  }

  closer(times) {
    const { left, top, width, height } = this.sheet.getBoundingClientRect();
    const middle = [left + width / 2, top + height / 2];
    this.#look(this.zoom * times, middle, middle);
  }

  /** True when this press moves the picture and does not paint: with the space bar, the wheel's button or a second finger. */
  takes(event) {
    this.#held.set(event.pointerId, [event.clientX, event.clientY]);
    this.#moving ||= this.#space || event.button === 1 || this.#held.size > 1;
    return this.#moving;
  }

  moves(event) {
    if (!this.#held.has(event.pointerId)) return this.#moving;
    const before = this.#grip();
    this.#held.set(event.pointerId, [event.clientX, event.clientY]);
    const after = this.#grip();
    if (this.#moving) this.#look((this.zoom * after.apart) / before.apart, before.middle, after.middle);
    return this.#moving;
  }

  lets(event) {
    this.#held.delete(event.pointerId);
    if (!this.#held.size) this.#moving = false;
  }

  #grip() {
    const [one, other = one] = this.#held.values();
    const middle = one.map((at, axis) => (at + other[axis]) / 2);
    return { middle, apart: Math.hypot(one[0] - other[0], one[1] - other[1]) || 1 };
  }

  /** What lay at one place of the screen comes to lie at the other. Places are kept in sheets, so that a resize is nothing. */
  #look(zoom, from, to) {
    const box = this.sheet.getBoundingClientRect();
    if (!box.width) return;
    const next = Math.max(1, Math.min(zoom, MOST));
    const kept = (edge, size, axis, old) => {
      const wanted = (to[axis] - edge) / size - ((from[axis] - edge) / size - old) * (next / this.zoom);
      return Math.max(1 - next, Math.min(wanted, 0));
    };
    const [left, top] = [kept(box.left, box.width, 0, this.left), kept(box.top, box.height, 1, this.top)];
    Object.assign(this, { zoom: next, left, top });
    this.#show();
  }

  #show() {
    const place = this.sheet.parentElement.style;
    place.setProperty("--zoom", this.zoom);
    place.setProperty("--left", `${this.left * 100}%`);
    place.setProperty("--top", `${this.top * 100}%`);
    this.sheet.dispatchEvent(new CustomEvent("zoomed"));
  }

  /** At its smallest, the wheel goes on through the page. */
  #wheeled(event) {
    if (this.zoom === 1 && event.deltaY >= 0) return;
    event.preventDefault();
    const at = [event.clientX, event.clientY];
    this.#look(this.zoom * 2 ** (-event.deltaY / (event.ctrlKey ? PINCH : NOTCH)), at, at);
  }

  #spaced(event) {
    if (event.key !== " " || typing(event.target)) return;
    const down = event.type === "keydown" && this.sheet.matches(":hover");
    if (down || this.#space) event.preventDefault();
    this.#ready(down);
  }

  #ready(space) {
    this.#space = space;
    this.sheet.classList.toggle("grabbing", space);
  }
}
