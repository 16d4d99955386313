/** What the brush would cover, shown at the pointer before it paints. */

import { el } from "./dom.js";

const SHOWN = 900; // milliseconds in the middle, after its size was changed elsewhere

export class Ring {
  constructor(sheet) {
    this.sheet = sheet;
    this.mark = sheet.appendChild(el("span", { class: "ring", hidden: true, "--size": `${sheet.size}px` }));
    for (const name of ["pointerenter", "pointermove", "pointerdown"]) sheet.addEventListener(name, (event) => this.#follow(event));
    for (const name of ["pointerleave", "pointercancel"]) sheet.addEventListener(name, () => this.hide());
    sheet.addEventListener("blur", () => this.hide());
    sheet.addEventListener("pointerup", (event) => event.pointerType === "touch" && this.hide());
  }

  hide() {
    this.mark.hidden = true;
  }

  /** Its size was changed by a slider or a key. */
  fit(size) {
    this.mark.style.setProperty("--size", `${size}px`);
    if (!this.mark.hidden) return;
    const { width, height } = this.sheet.getBoundingClientRect();
    this.put(width / 2, height / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), SHOWN);
  }

  /** A finger has no place before it touches, and hides what lies under it. */
  #follow(event) {
    if (event.pointerType === "touch" && !this.sheet.stroke) return this.hide();
    clearTimeout(this.timer);
    const { left, top } = this.sheet.getBoundingClientRect();
    return this.put(event.clientX - left, event.clientY - top);
  }

  put(x, y) {
    this.mark.hidden = false;
    this.mark.classList.toggle("takes", this.sheet.tool === "eraser");
    this.mark.style.translate = `calc(${x}px - 50%) calc(${y}px - 50%)`;
  }
}
