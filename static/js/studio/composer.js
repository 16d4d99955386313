/** <studio-composer>: the form of a tool. It knows what a press would cost before anybody presses. */

import { Refusal, call, fill, words } from "../api.js";
import { el, icon } from "./dom.js";

const SETTLED = 180;

export class Composer extends HTMLElement {
  begin(tool, source) {
    this.tool = tool;
    this.form = this.querySelector("form");
    this.fields = this.form.elements;
    this.files = { image: null, mask: null };
    this.history = JSON.parse(localStorage.getItem("klikyai.prompts") ?? "[]");
    this.#models();
    this.form.addEventListener("input", (event) => this.#changed(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.press();
    });
    this.fields.prompt.addEventListener("keydown", (event) => this.#recall(event));
    this.querySelector("[data-keep]").addEventListener("click", (event) => this.#keep(event.currentTarget));
    this.picker = this.querySelector("[data-source]");
    if (source) this.dispatchEvent(new CustomEvent("source", { detail: source }));
    this.#quote();
  }

  get model() {
    return this.tool.models.find((model) => model.name === this.fields.model.value) ?? this.tool.models[0];
  }

  /** What a press would send. */
  params() {
    const field = this.fields;
    const [width, height] = (this.form.querySelector('[name="shape"]:checked')?.value ?? "0x0").split("x").map(Number);
    const params = { prompt: field.prompt.value, width, height, n: +field.n.value, steps: +field.steps.value, guidance: +field.guidance.value, model: this.model.name };
    const style = this.form.querySelector('[name="style"]:checked')?.value;
    if (style) params.style = style;
    if (field.negative_prompt.value.trim()) params.negative_prompt = field.negative_prompt.value;
    if (field.seed.value !== "") params.seed = +field.seed.value;
    if (field.strength) params.strength = +field.strength.value;
    for (const name of ["image", "mask"]) if (name in this.tool.params.properties && this.files[name]) params[name] = this.files[name];
    return params;
  }

  /** A recipe comes back into the form. */
  load(params, { seed = true } = {}) {
    const field = this.fields;
    if (this.tool.models.some((model) => model.name === params.model)) field.model.value = params.model;
    this.#fit();
    field.prompt.value = params.prompt ?? "";
    field.negative_prompt.value = params.negative_prompt ?? "";
    for (const name of ["n", "steps", "guidance", "strength"]) if (field[name] && params[name] !== undefined) field[name].value = params[name];
    field.seed.value = seed ? (params.seed ?? "") : "";
    for (const [name, value] of [["shape", `${params.width}x${params.height}`], ["style", params.style ?? ""]]) {
      const choice = this.form.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
      if (choice) choice.checked = true;
    }
    this.#outputs();
    this.#quote();
    field.prompt.focus();
  }

  async press() {
    this.#wrong({});
    if (!this.fields.prompt.value.trim()) {
      this.#wrong({ prompt: [words.say] });
      this.fields.prompt.focus();
      return;
    }
    const shutter = this.querySelector("[data-shutter]");
    const params = this.params();
    const ahead = `ahead-${crypto.randomUUID()}`;
    shutter.setAttribute("aria-busy", "true");
    setTimeout(() => shutter.removeAttribute("aria-busy"), 260);
    this.dispatchEvent(new CustomEvent("pressed", { detail: { id: ahead, sketch: { tool: this.tool.name, params, credits: this.credits } } }));
    this.#remember(params.prompt);
    try {
      if (this.prepare) Object.assign(params, await this.prepare());
      const job = await call("POST", "/jobs", { tool: this.tool.name, params }, { headers: { "Idempotency-Key": ahead } });
      this.dispatchEvent(new CustomEvent("accepted", { detail: { ahead, job } }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#wrong(error.details, error.message);
      this.dispatchEvent(new CustomEvent("refused", { detail: { ahead, error } }));
    }
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
    this.#choices("[data-styles]", "style", ["", ...model.styles], (value) => el("span", {}, value || words.nostyle));
    fields.steps.max = Math.min(model.limits.steps ?? 60, 60);
    fields.steps.value = model.defaults.steps;
    fields.guidance.value = model.defaults.guidance;
    this.#outputs();
  }

  #choices(where, name, values, shown) {
    const before = this.form.querySelector(`[name="${name}"]:checked`)?.value;
    const chosen = values.includes(before) ? before : values[0];
    const made = values.map((value) => el("label", {}, el("input", { type: "radio", name, value, checked: value === chosen }), shown(value)));
    this.querySelector(where).replaceChildren(...made);
  }

  #shape(value) {
    const [width, height] = value.split("x").map(Number);
    return el("span", { "--ratio": `${width}/${height}`, "--across": Math.min(1, width / height) }, `${width}×${height}`);
  }

  #changed(event) {
    if (event.target.name === "model") this.#fit();
    this.#wrong({});
    this.#outputs();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#quote(), SETTLED);
  }

  #outputs() {
    for (const range of this.form.querySelectorAll(".range")) range.querySelector("output").value = range.querySelector("input").value;
  }

  async #quote() {
    this.asking?.abort();
    this.asking = new AbortController();
    const params = this.params();
    if (!params.prompt.trim()) params.prompt = "…";
    if ("image" in this.tool.params.properties && !params.image) return;
    if ("mask" in this.tool.params.properties && !params.mask) params.mask = params.image;
    try {
      const quote = await call("POST", "/quotes", { tool: this.tool.name, params }, { signal: this.asking.signal });
      this.credits = quote.credits;
      this.querySelector("[data-label]").textContent = fill(words.make, { credits: quote.credits, seconds: seconds(quote.eta.p50) });
      this.#warn(this.fields.prompt.value.trim() ? quote.warnings : []);
    } catch (error) {
      if (error instanceof Refusal && error.code === "invalid_request") this.#wrong(error.details);
    }
  }

  #warn(warnings) {
    const place = this.querySelector("[data-warnings]");
    place.hidden = !warnings.length;
    place.textContent = warnings.join(" ");
  }

  #wrong(details, message) {
    const known = [...this.querySelectorAll("[data-wrong]")];
    for (const place of known) {
      const sentences = details[place.dataset.wrong] ?? (place.dataset.wrong === "all" && message ? [message] : []);
      place.textContent = sentences.join(" ");
      place.hidden = !sentences.length;
    }
  }

  #keep(button) {
    const kept = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", kept);
    button.replaceChildren(icon(kept ? "lock" : "open"));
    if (!kept) this.fields.seed.value = "";
    else if (this.lastSeed !== undefined) this.fields.seed.value = this.lastSeed;
    this.#quote();
  }

  #recall(event) {
    if (event.key !== "ArrowUp" || this.fields.prompt.value) return;
    this.fields.prompt.value = this.history[0] ?? "";
    event.preventDefault();
    this.#quote();
  }

  #remember(prompt) {
    this.history = [prompt, ...this.history.filter((one) => one !== prompt)].slice(0, 50);
    localStorage.setItem("klikyai.prompts", JSON.stringify(this.history));
  }
}

export function seconds(value) {
  if (value < 90) return `${Math.max(1, Math.round(value))} s`;
  return `${Math.round(value / 60)} min`;
}

function shapes(model) {
  const { width, height } = model.defaults;
  if (model.limits.sizes) return model.limits.sizes.map((size) => size.join("x"));
  const step = model.limits.multiple ?? 8;
  const fit = (across, up) => {
    const scale = Math.sqrt((width * height) / (across * up));
    return [across, up].map((side) => Math.round((side * scale) / step) * step).join("x");
  };
  return [`${width}x${height}`, fit(4, 3), fit(3, 4), fit(16, 9), fit(9, 16)];
}

customElements.define("studio-composer", Composer);
