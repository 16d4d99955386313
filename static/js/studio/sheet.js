/** <comparison-sheet>: what was asked for together, side by side, with what varies written along the edges. */

import { fill, words } from "../api.js";
import { el, icon, ratio } from "./dom.js";

const VARIES = ["model", "prompt", "style", "size", "seed", "steps", "strength", "guidance"];
const LIVE = ["asking", "queued", "running"];

export class Sheet extends HTMLElement {
  begin(roll, stage) {
    Object.assign(this, { roll, stage });
    roll.addEventListener("change", ({ detail }) => this.#changed(detail));
  }

  open(id) {
    this.sheet = id;
    this.#turn(true);
    this.#draw();
  }

  close() {
    this.#turn(false);
    this.sheet = null;
  }

  #turn(shown) {
    this.hidden = !shown;
    this.stage.hidden = shown;
  }

  #changed({ id, what }) {
    if (!this.sheet) return;
    if (what === "selected") this.close();
    else if (this.roll.get(id)?.sheet !== this.sheet && what !== "removed") return;
    else if (what === "preview" || what === "changed") this.#fill(this.cells.get(id), this.roll.get(id));
    else this.#draw();
  }

  #draw() {
    const jobs = this.roll.newestFirst().reverse().filter((job) => job.sheet === this.sheet);
    if (!jobs.length) return this.close();
    const { rows, columns, at } = table(jobs);
    this.cells = new Map();
    const made = el("table", { "--ratio": ratio(jobs[0].params), "--rows": rows.length }, this.#head(columns), el("tbody", {}, ...rows.map((row) => this.#row(row, columns, at))));
    const back = el("button", { type: "button", class: "button quiet small", onclick: () => this.close() }, icon("expand"), words.single);
    const edge = el("div", { class: "edge", tabindex: 0, role: "region", "aria-label": words.compare }, made);
    this.replaceChildren(el("header", {}, el("h2", {}, fill(words.together, { count: this.cells.size })), back), edge);
    return undefined;
  }

  #head(columns) {
    const labels = columns.map((column) => el("th", { scope: "col" }, ...label(column)));
    return el("thead", { class: columns.length > 1 || columns[0].length ? null : "visually-hidden" }, el("tr", {}, el("td"), ...labels));
  }

  #row(row, columns, at) {
    return el("tr", {}, el("th", { scope: "row" }, ...label(row)), ...columns.map((column) => el("td", {}, this.#cell(at(row, column)))));
  }

  #cell(job) {
    if (!job) return null;
    const cell = el("button", { type: "button", onclick: () => this.roll.select(job.id) });
    this.cells.set(job.id, cell);
    this.#fill(cell, job);
    return cell;
  }

  #fill(cell, job) {
    if (!cell) return;
    const source = job.outputs?.[0]?.urls.thumbnail ?? this.roll.previews.get(job.id);
    const parts = source ? [el("img", { src: source, alt: job.params.prompt, class: job.outputs?.length ? null : "preview" })] : [];
    if (job.outputs?.length > 1) parts.push(el("b", {}, String(job.outputs.length)));
    if (LIVE.includes(job.status)) parts.push(hair(job));
    if (["failed", "refused", "canceled"].includes(job.status)) parts.push(icon("close"), el("span", { class: "small" }, job.error?.message ?? words.canceled));
    cell.replaceChildren(...parts);
    if (!source) cell.setAttribute("aria-label", job.params.prompt);
    else cell.removeAttribute("aria-label");
  }
}

function hair(job) {
  const made = el("span", { class: "hair" });
  made.style.transform = `scaleX(${job.progress ?? 0})`;
  return made;
}

/** The last of what varies runs across, the rest down. */
export function table(jobs) {
  const keys = edges(jobs);
  const across = keys.length > 1 ? keys.slice(-1) : [];
  const down = keys.filter((key) => !across.includes(key));
  const shown = short(jobs.map((job) => job.params.prompt));
  const named = (job, key) => ({ key, text: key === "prompt" ? shown.get(job.params.prompt) : written(key, value(job, key)) });
  const edge = (wanted) => [...new Map(jobs.map((job) => [mark(job, wanted), wanted.map((key) => named(job, key))])).entries()].map(([id, labels]) => Object.assign(labels, { id }));
  const found = new Map(jobs.map((job) => [mark(job, down) + mark(job, across), job]));
  return { rows: edge(down), columns: edge(across), at: (row, column) => found.get(row.id + column.id) };
}

/** What tells these jobs apart. Programs leave the seed open, so that each has one of its own: then it says nothing. */
function edges(jobs) {
  const different = (keys) => new Set(jobs.map((job) => mark(job, keys))).size;
  const keys = VARIES.filter((key) => different([key]) > 1);
  const unsown = keys.filter((key) => key !== "seed");
  return different(unsown) === different(keys) ? unsown : keys;
}

const written = (key, text) => (key === "style" ? (words[`style_${text}`] ?? (text || words.nostyle)) : text);
const value = (job, key) => (key === "size" ? size(job.params) : String(job.params[key] ?? ""));
const size = ({ width, height }) => (width ? `${width}×${height}` : "");
const mark = (job, keys) => JSON.stringify(keys.map((key) => value(job, key)));

/** Of prompts that are alike, only where they differ. */
function short(prompts) {
  const split = prompts.map((prompt) => prompt.split(/\s+/));
  const least = Math.min(...split.map((parts) => parts.length));
  const same = (from) => {
    let count = 0;
    while (count < least - 1 && split.every((parts) => parts.at(from(count)) === split[0].at(from(count)))) count += 1;
    return count;
  };
  const before = same((count) => count);
  const after = Math.min(same((count) => -1 - count), least - 1 - before);
  return new Map(prompts.map((prompt, place) => [prompt, split[place].slice(before, split[place].length - Math.max(0, after)).join(" ")]));
}

function label(labels) {
  return labels.map(({ key, text }) => el("span", {}, el("small", {}, words[`axis_${key}`]), text));
}

customElements.define("comparison-sheet", Sheet);
