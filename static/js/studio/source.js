/** The picture to start from: chosen, dropped, pasted or handed over from a result; and its mask. */

import { Refusal, call } from "../api.js";
import { el } from "./dom.js";
import { CLOSER } from "./keys.js";

const SHOWN = 6;

export class Source {
  constructor(composer, tell, roll) {
    Object.assign(this, { composer, tell, place: composer.picker, turn: {} });
    this.image = this.place.querySelector("[data-shown]");
    this.editor = this.place.querySelector("mask-editor");
    this.place.querySelector('input[type="file"]').addEventListener("change", ({ target }) => {
      this.take(target.files[0]);
      target.value = ""; // or the same file could not be chosen twice
    });
    this.place.querySelector("[data-other]").addEventListener("click", () => this.place.querySelector('input[type="file"]').click());
    if (this.editor) this.#masking();
    this.#offer(roll);
  }

  /** The newest of one's own lie ready. */
  #offer(roll) {
    const newest = roll.newestFirst().flatMap((job) => job.outputs ?? []).slice(0, SHOWN);
    const place = this.place.querySelector("[data-recent]");
    place.hidden = !newest.length;
    const pick = ({ id, urls, recipe }) => el("button", { type: "button", onclick: () => this.use(id) }, el("img", { src: urls.thumbnail, alt: recipe?.prompt ?? "", loading: "lazy" }));
    place.querySelector("[data-list]").replaceChildren(...newest.map(pick));
  }

  async take(file) {
    if (!file) return;
    const newest = this.#choose();
    const form = new FormData();
    form.append("file", file);
    this.place.setAttribute("aria-busy", "true");
    try {
      const asset = await call("POST", "/assets", form);
      if (newest()) await this.use(asset.id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (newest()) this.#choose();
      this.tell(error.message);
    }
  }

  /** A picture and what was painted on it, as they were sent. False when something else was chosen before it came. */
  async recall({ image, mask }) {
    const newest = this.#choose();
    const { files } = this.composer;
    if (image && image !== files.image) await this.#show(image, newest);
    if (mask && mask !== files.mask && newest()) await this.#repaint(mask, newest);
    return newest();
  }

  async use(id) {
    const newest = this.#choose();
    await this.#show(id, newest);
    if (newest() && this.composer.files.image) this.#fit();
  }

  /** What comes late belongs to a choice that was taken back. */
  #choose() {
    const mine = (this.turn = {});
    this.place.removeAttribute("aria-busy");
    return () => mine === this.turn;
  }

  async #show(id, newest) {
    this.composer.files.image = id;
    this.image.src = `/api/v1/assets/${id}/content`;
    this.image.hidden = false;
    this.editor?.wipe();
    this.place.querySelector("[data-empty]").hidden = true;
    this.place.querySelector("[data-tools]").hidden = false;
    this.composer.form.dispatchEvent(new Event("input", { bubbles: true }));
    const there = await this.image.decode().then(() => true, () => false);
    if (!newest()) return;
    if (!there) this.#none();
    else if (this.editor) this.#unmask();
  }

  /** It was deleted meanwhile. */
  #none() {
    this.composer.files.image = null;
    this.image.hidden = true;
    if (this.editor) this.editor.hidden = true;
    this.place.querySelector("[data-empty]").hidden = false;
    this.place.querySelector("[data-tools]").hidden = true;
  }

  /** The result has the shape of its source, as near as the model can. */
  #fit() {
    const wanted = this.image.naturalWidth / this.image.naturalHeight;
    const off = ({ value }) => Math.abs(Math.log(value.split("x").reduce((width, height) => width / height) / wanted));
    const shapes = [...this.composer.form.querySelectorAll('[name="shape"]')];
    shapes.sort((one, other) => off(one) - off(other))[0].checked = true;
    this.composer.form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #unmask() {
    this.editor.hidden = false;
    this.editor.fit(this.image.naturalWidth, this.image.naturalHeight);
  }

  #masking() {
    const { place, editor, composer } = this;
    for (const button of place.querySelectorAll("[data-mask]")) {
      button.addEventListener("click", () => {
        if (button.dataset.mask === "undo") return editor.undo();
        editor.tool = button.dataset.mask;
        for (const one of place.querySelectorAll("[aria-pressed]")) one.setAttribute("aria-pressed", String(one === button));
        return undefined;
      });
    }
    // What was sent is the mask only as long as nothing is painted, taken back or wiped away.
    const repainted = () => {
      this.painted = {};
      composer.files.mask = null;
    };
    place.querySelector("[data-mask-size]").addEventListener("input", (event) => editor.resize(+event.target.value));
    place.querySelector("[data-mask-feather]").addEventListener("input", (event) => {
      editor.feather = +event.target.value;
      repainted();
    });
    for (const button of place.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => editor.loupe.closer(CLOSER ** +button.dataset.zoom));
    }
    editor.addEventListener("zoomed", () => (place.querySelector("[data-zoomed]").textContent = `${editor.loupe.zoom.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })}×`));
    editor.addEventListener("painted", () => {
      repainted();
      composer.form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    composer.prepare = () => this.#sendMask();
    composer.unpainted = () => editor.empty;
  }

  /** Masks are kept for a while only; without one there is nothing painted. */
  async #repaint(id, newest) {
    const { painted } = this;
    const answer = await fetch(`/api/v1/assets/${id}/content`).catch(() => null);
    const file = answer?.ok ? await answer.blob() : null;
    if (painted !== this.painted) this.#choose();
    if (!newest()) return;
    if (!file) return this.editor.wipe();
    await this.editor.repaint(file);
    this.composer.files.mask = id;
  }

  async #sendMask() {
    const { painted } = this;
    const { files } = this.composer;
    if (files.mask) return { mask: files.mask };
    const form = new FormData();
    form.append("file", await this.editor.png(), "mask.png");
    form.append("temporary", "true");
    const asset = await call("POST", "/assets", form);
    if (painted === this.painted) files.mask = asset.id;
    return { mask: asset.id };
  }
}
