/** <studio-composer>: the form of a tool. It knows what a press would cost before anybody presses. */

import { Refusal, call, fill, words } from "../api.js";
import { uuid } from "../uuid.js";
import { Asking } from "./asking.js";
import { el, icon } from "./dom.js";
import { MOST, plan, values } from "./plan.js";
import { shapes } from "./shapes.js";

const KEPT = ["n", "steps", "guidance", "strength"];

export class Composer extends HTMLElement {
  begin(tool, pictures) {
    Object.assign(this, { tool, pictures, files: { image: null, mask: null } });
    this.form = this.querySelector("form");
    this.fields = this.form.elements;
    this.picker = this.querySelector("[data-source]");
    this.asking = new Asking(tool.name, (answer) => this.#answered(answer));
    this.#models();
    this.form.addEventListener("input", (event) => this.#changed(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.press();
    });
    this.querySelector("[data-keep]").addEventListener("click", (event) => this.#keep(event.currentTarget));
    this.querySelector("[data-more]").addEventListener("click", () => this.open(!("open" in this.form.dataset)));
    this.#ask();
    // Until now a press would have left the page.
    this.querySelector("[data-shutter]").disabled = false;
  }

  get model() {
    return this.tool.models.find((model) => model.name === this.fields.model.value) ?? this.tool.models[0];
  }

  /** What a press would send, were it one picture only. */
  params() {
    const field = this.fields;
    const [width, height] = (this.form.querySelector('[name="shape"]:checked')?.value ?? "0x0").split("x").map(Number);
    const params = { prompt: field.prompt.value, width, height, model: this.model.name };
    for (const name of KEPT) if (field[name]) params[name] = +field[name].value;
    const style = this.form.querySelector('[name="style"]:checked')?.value;
    if (style) params.style = style;
    if (field.negative_prompt.value.trim()) params.negative_prompt = field.negative_prompt.value;
    if (field.seed.value !== "") params.seed = +field.seed.value;
    for (const name of ["image", "mask"]) if (name in this.tool.params.properties && this.files[name]) params[name] = this.files[name];
    return params;
  }

  /** All that a press would send. */
  planned() {
    const axes = [...this.querySelectorAll(".axis")].map((axis) => {
      const name = axis.querySelector("[data-axis]").value;
      return { name, values: name ? values(name, axis.querySelector("[data-values]").value, this.model.styles) : [] };
    });
    return plan(this.params(), axes);
  }

  /** A recipe comes back into the form: of one picture, so nothing varies. */
  load(params, { seed = true, focus = true } = {}) {
    const field = this.fields;
    if (this.tool.models.some((model) => model.name === params.model)) field.model.value = params.model;
    this.#fit();
    field.prompt.value = params.prompt ?? "";
    field.negative_prompt.value = params.negative_prompt ?? "";
    for (const name of KEPT) if (field[name] && params[name] !== undefined) field[name].value = params[name];
    field.seed.value = seed ? (params.seed ?? "") : "";
    for (const part of this.querySelectorAll("[data-axis], [data-values]")) {
      part.value = "";
      part.disabled = part.matches("[data-values]");
    }
    for (const [name, value] of [["shape", `${params.width}x${params.height}`], ["style", params.style ?? ""]]) {
      const choice = this.form.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
      if (choice) choice.checked = true;
    }
    this.objection = null;
    this.#wrong({});
    this.#outputs();
    this.#ask();
    if (focus) field.prompt.focus();
  }

  write(prompt) {
    this.fields.prompt.value = prompt;
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
    this.fields.prompt.focus();
  }

  /** The line is back. */
  heard() {
    if (this.querySelector('[data-wrong="all"]').textContent === words.offline) this.#wrong({});
    this.asking.again();
  }

  /** On a phone all but the words is a sheet above them. */
  open(wanted) {
    this.form.toggleAttribute("data-open", wanted);
    this.querySelector("[data-more]").setAttribute("aria-expanded", String(wanted));
  }

  async press() {
    const planned = this.planned();
    if (!this.#ready(planned)) return;
    this.#wrong({});
    const shutter = this.querySelector("[data-shutter]");
    shutter.setAttribute("aria-busy", "true");
    setTimeout(() => shutter.removeAttribute("aria-busy"), 260);
    this.open(false);
    const sheet = planned.length > 1 ? together(planned) : null;
    const frames = planned.map((params) => ({ params, ahead: `ahead-${uuid()}` }));
    for (const { params, ahead } of frames) {
      this.dispatchEvent(new CustomEvent("pressed", { detail: { id: ahead, sketch: { tool: this.tool.name, params, sheet, credits: this.credits } } }));
    }
    if (sheet) this.dispatchEvent(new CustomEvent("compared", { detail: sheet }));
    this.dispatchEvent(new CustomEvent("said", { detail: this.fields.prompt.value }));
    // What is painted while these are on their way belongs to another press.
    const prepared = this.prepare?.();
    for (const frame of frames) await this.#send(frame, sheet, prepared);
  }

  #ready(planned) {
    if (!this.fields.prompt.value.trim()) {
      this.#wrong({ prompt: [words.say] });
      this.fields.prompt.focus();
      return false;
    }
    if (this.picker && !this.files.image) {
      this.open(true);
      this.#wrong({ image: [words.source] });
      return false;
    }
    if (this.unpainted?.()) {
      this.open(true);
      this.#wrong({ mask: [words.unpainted] });
      return false;
    }
    if (this.objection) {
      this.#wrong(this.objection);
      return false;
    }
    if (planned.length > MOST) this.#wrong({}, fill(words.many, { count: planned.length, most: MOST }));
    return planned.length <= MOST;
  }

  async #send({ params, ahead }, sheet, prepared) {
    try {
      Object.assign(params, await prepared);
    } catch (error) {
      return this.#refused(error, ahead);
    }
    return this.post(ahead, { tool: this.tool.name, params, sheet });
  }

  /** Under the key of its frame: what may have arrived already is neither made nor paid twice. */
  async post(ahead, wish) {
    try {
      const job = await call("POST", "/jobs", wish, { headers: { "Idempotency-Key": ahead } });
      this.dispatchEvent(new CustomEvent("accepted", { detail: { ahead, job } }));
    } catch (error) {
      this.#refused(error, ahead, wish);
    }
  }

  #refused(error, ahead, wish) {
    if (!(error instanceof Refusal)) throw error;
    this.#wrong(error.details, error.message);
    this.dispatchEvent(new CustomEvent("refused", { detail: { ahead, error, wish: error.passing ? wish : undefined } }));
  }

  #models() {
    this.fields.model.append(...this.tool.models.map((model) => el("option", { value: model.name }, `${model.title} · ${model.credits} cr`)));
    this.#fit();
  }

  /** Shapes, styles and bounds are the model's. */
  #fit() {
    const { model, fields } = this;
    this.querySelector("[data-model-note]").textContent = model.note;
    this.#choices("[data-shapes]", "shape", shapes(model), (value) => this.#shape(value));
    this.#choices("[data-styles]", "style", ["", ...model.styles], (value) => this.#style(value));
    fields.steps.max = Math.min(model.limits.steps ?? 60, 60);
    fields.steps.value = model.defaults.steps;
    fields.guidance.value = model.defaults.guidance;
    this.#outputs();
  }

  #choices(where, name, all, shown) {
    const before = this.form.querySelector(`[name="${name}"]:checked`)?.value;
    const chosen = all.includes(before) ? before : all[0];
    const made = all.map((value) => el("label", {}, el("input", { type: "radio", name, value, checked: value === chosen }), shown(value)));
    this.querySelector(where).replaceChildren(...made);
  }

  #shape(value) {
    const [width, height] = value.split("x").map(Number);
    return el("span", { "--ratio": `${width}/${height}`, "--across": Math.min(1, width / height) }, `${width}×${height}`);
  }

  #style(value) {
    const picture = this.pictures[value];
    const shown = picture ? el("img", { src: picture, alt: "", width: 96, height: 72 }) : icon(value ? "brush" : "text_to_image");
    return el("span", {}, el("i", {}, shown), value ? styled(value) : words.nostyle);
  }

  #changed({ target }) {
    if (target.name === "model") this.#fit();
    if (target.matches("[data-axis]")) {
      const typed = target.closest(".axis").querySelector("[data-values]");
      typed.disabled = !target.value;
      typed.placeholder = target.value === "style" ? this.model.styles.slice(0, 2).map(styled).join(", ") : "2, 4, 8";
      if (target.value) typed.focus();
    }
    this.objection = null;
    this.#wrong({});
    this.#outputs();
    this.#ask(true);
  }

  #outputs() {
    for (const slider of this.form.querySelectorAll('[type="range"]')) {
      slider.style.setProperty("--filled", (slider.value - slider.min) / (slider.max - slider.min));
      const told = slider.closest(".range")?.querySelector("output");
      if (told) told.value = number(slider.value);
    }
  }

  #ask(later = false) {
    const planned = this.planned();
    if (this.picker && !this.files.image) return;
    this.asking.about(planned, later);
  }

  #answered({ quote, credits, time, count, wrong }) {
    this.objection = wrong;
    if (wrong) this.#wrong(wrong);
    this.credits = quote?.credits;
    const shown = { word: count > 1 ? fill(words.makes, { count }) : words.make, cost: quote ? `${credits} cr` : "", time: quote ? `~${time}` : "" };
    for (const [name, text] of Object.entries(shown)) this.querySelector(`[data-${name}]`).textContent = text;
    this.querySelector("[data-shutter]").setAttribute("aria-label", Object.values(shown).filter(Boolean).join(" · "));
    const told = this.querySelector("[data-plan]");
    told.hidden = !quote || count < 2;
    told.textContent = fill(words.plan, { count, credits });
    this.#warn(quote && this.fields.prompt.value.trim() ? quote.warnings : []);
  }

  #warn(warnings) {
    const place = this.querySelector("[data-warnings]");
    place.hidden = !warnings.length;
    place.textContent = warnings.join(" ");
  }

  #wrong(details, message) {
    const told = new Map([...this.querySelectorAll("[data-wrong]")].map((place) => [place.dataset.wrong, place]));
    const homeless = Object.keys(details).filter((name) => !told.has(name)).flatMap((name) => details[name]);
    const all = Object.keys(details).length ? homeless : [message ?? ""];
    for (const [name, place] of told) {
      place.textContent = (name === "all" ? all : (details[name] ?? [])).join(" ");
      place.hidden = !place.textContent;
    }
    const first = [...told.values()].find((place) => !place.hidden);
    first?.closest("details")?.setAttribute("open", "");
    first?.scrollIntoView({ block: "nearest" });
  }

  #keep(button) {
    const kept = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", kept);
    button.replaceChildren(icon(kept ? "lock" : "open"));
    if (!kept) this.fields.seed.value = "";
    else if (this.lastSeed !== undefined) this.fields.seed.value = this.lastSeed;
    this.#ask();
  }
}

const number = (written) => (+written).toLocaleString(document.documentElement.lang);
const styled = (name) => words[`style_${name}`] ?? name;

/** Only what varies may differ: chance is the same for all, unless chance itself is what varies. */
function together(planned) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  for (const params of planned) params.seed ??= seed;
  return uuid();
}

customElements.define("studio-composer", Composer);
