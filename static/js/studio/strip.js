/** The roll along the lower edge: a small print for each frame. */

import { el, icon, mark } from "./dom.js";

const KEPT = 60;

export class Strip {
  constructor(list, roll) {
    Object.assign(this, { list, roll, frames: new Map() });
    list.append(...roll.newestFirst().map((job) => this.#frame(job)));
    roll.addEventListener("change", ({ detail }) => this.#changed(detail));
  }

  #changed({ id, what, before }) {
    if (what === "added") {
      const newer = this.frames.get(this.roll.order[this.roll.placeOf(id) + 1]);
      if (newer?.isConnected) newer.after(this.#frame(this.roll.get(id)));
      else this.list.prepend(this.#frame(this.roll.get(id)));
      while (this.list.children.length > KEPT) this.list.lastElementChild.remove();
    } else if (what === "removed") {
      this.frames.get(id)?.remove();
    } else if (what === "settled") {
      this.frames.get(id)?.remove();
      this.frames.get(before)?.replaceWith(this.#frame(this.roll.get(id)));
    } else if (what === "preview" || what === "changed") {
      this.#fill(id);
    }
    for (const [name, frame] of this.frames) frame.firstElementChild.setAttribute("aria-current", String(name === this.roll.selected));
  }

  #frame(job) {
    const button = el("button", { type: "button", "aria-current": String(job.id === this.roll.selected), onclick: () => this.roll.select(job.id) });
    const frame = el("li", {}, button);
    this.frames.set(job.id, frame);
    this.#fill(job.id);
    return frame;
  }

  #fill(id) {
    const job = this.roll.get(id);
    const frame = this.frames.get(id);
    if (!job || !frame) return;
    const picture = job.outputs?.[0]?.urls.thumbnail ?? this.roll.previews.get(id);
    const live = ["asking", "queued", "running"].includes(job.status);
    const thumb = el("span", { class: "thumb" });
    if (picture) thumb.append(el("img", { src: picture, alt: job.params?.prompt ?? "", loading: "lazy", width: 84, height: 84 }));
    if (["failed", "refused", "canceled"].includes(job.status)) thumb.append(icon("close"));
    if (job.outputs?.length > 1) thumb.append(el("b", {}, String(job.outputs.length)));
    if (live) {
      const hair = el("span", { class: "hair" });
      hair.style.transform = `scaleX(${job.progress ?? 0})`;
      thumb.append(hair);
    }
    frame.firstElementChild.replaceChildren(thumb, document.createTextNode(mark(job).split(" · ")[0]));
    frame.firstElementChild.title = job.params?.prompt ?? "";
  }
}
