/** <print-stage>: the frame that is looked at, from dark paper to the finished print. */

import { Refusal, call, fill, words } from "../api.js";
import { seconds } from "./asking.js";
import { el, icon, mark, ratio } from "./dom.js";

/** What keeps a press from being heard, where somebody can do something about it. */
function wayOut(code) {
  const here = encodeURIComponent(location.pathname + location.search);
  const ways = { insufficient_credits: ["/wallet/buy/", words.wallet], unauthenticated: [`/accounts/login/?next=${here}`, words.signin] };
  if (!ways[code]) return null;
  const [href, label] = ways[code];
  return el("a", { class: "button", href }, label);
}

export class Stage extends HTMLElement {
  begin(roll, actions, examples) {
    Object.assign(this, { roll, actions, examples, chosen: 0 });
    // Not the stage itself: every step and every button would be read out.
    this.status = el("p", { class: "visually-hidden", role: "status" });
    this.after(this.status);
    roll.addEventListener("change", ({ detail }) => this.#changed(detail));
    this.#draw();
  }

  get job() {
    return this.roll.get(this.roll.selected);
  }

  get output() {
    return this.job?.outputs?.[this.chosen] ?? this.job?.outputs?.[0];
  }

  #changed({ id, what, before }) {
    if (what === "selected" || what === "removed") this.chosen = 0;
    if (what === "selected" || what === "removed" || !this.job) return this.#draw();
    if (id !== this.roll.selected && before !== this.roll.selected) return undefined;
    if (what === "preview") return this.#develop(this.job);
    return this.#draw();
  }

  #draw() {
    const held = this.#held();
    this.#render();
    this.#announce();
    if (held) (this.querySelector(held) ?? this.querySelector("[data-deed]"))?.focus({ preventScroll: true });
  }

  /** Where the keyboard stands: what is drawn anew would lose it. */
  #held() {
    const at = document.activeElement;
    if (!this.contains(at)) return null;
    if (at.dataset.deed) return `[data-deed="${at.dataset.deed}"]`;
    const place = [...this.paper.children].indexOf(at);
    return place < 0 ? null : `.paper > :nth-child(${place + 1})`;
  }

  #announce() {
    const { job } = this;
    const ends = { succeeded: words.done, canceled: words.canceled, failed: job?.error?.message, refused: job?.error?.message };
    const said = job ? (ends[job.status] ?? (job.status === "running" ? words.starting : this.#standing(job))) : "";
    if (this.status.textContent !== said) this.status.textContent = said;
  }

  #render() {
    const job = this.job;
    if (!job) {
      this.replaceChildren(this.#nothing());
      return;
    }
    const same = this.shown === job.id && this.paper?.isConnected;
    if (!same) this.paper = el("div", { class: "paper" });
    this.shown = job.id;
    this.paper.style.setProperty("--ratio", ratio(job.params));
    this.paper.style.setProperty("--most", `${Math.max(640, job.params?.width ?? 0)}px`);
    this.#print(job);
    if (!same) this.replaceChildren(el("div", { class: "print" }, this.paper), el("div", { class: "caption" }));
    this.querySelector(".caption").replaceChildren(...this.#caption(job));
  }

  #print(job) {
    const many = job.status === "succeeded" && job.outputs.length > 1;
    this.paper.classList.toggle("many", many);
    this.paper.classList.toggle("done", Boolean(job.flash));
    this.paper.classList.toggle("waiting", ["asking", "queued", "running"].includes(job.status) && !this.roll.previews.has(job.id));
    if (job.status === "succeeded") this.#finished(job, many);
    else if (["failed", "refused", "canceled"].includes(job.status)) this.#ended(job);
    else this.#develop(job);
  }

  #finished(job, many) {
    if (!job.outputs.length) {
      this.paper.replaceChildren(el("div", { class: "failed muted" }, words.gone));
      return;
    }
    if (many) {
      const columns = Math.ceil(Math.sqrt(job.outputs.length));
      this.paper.style.setProperty("--columns", columns);
      this.paper.style.setProperty("--ratio", (ratio(job.params) * columns) / Math.ceil(job.outputs.length / columns));
      this.paper.replaceChildren(...job.outputs.map((output, place) => this.#choice(job, output, place)));
      return;
    }
    this.#fade(job.outputs[0].urls.content, job.params.prompt, "");
    this.paper.querySelectorAll(":scope > :not(img)").forEach((part) => part.remove());
    this.paper.append(el("a", { href: `/library/${job.outputs[0].id}/`, "aria-label": words.look, tabindex: -1 }));
  }

  #choice(job, output, place) {
    const picture = el("img", { src: output.urls.content, alt: `${job.params.prompt} (${place + 1})`, class: "in" });
    const choose = () => {
      this.chosen = place;
      this.#draw();
    };
    return el("button", { type: "button", "--ratio": ratio(job.params), "aria-pressed": String(place === this.chosen), onclick: choose }, picture);
  }

  #develop(job) {
    const preview = this.roll.previews.get(job.id);
    if (preview) this.#preview(job, preview);
    let hair = this.paper.querySelector(".hair");
    if (!hair) {
      hair = el("div", { class: "hair", role: "progressbar", "aria-label": words.progress, "aria-valuemin": 0, "aria-valuemax": 100 });
      this.paper.append(hair, el("div", { class: "said" }, el("span"), el("span")));
      this.paper.querySelector(".failed")?.remove();
    }
    hair.style.transform = `scaleX(${job.progress ?? 0})`;
    hair.setAttribute("aria-valuenow", Math.round((job.progress ?? 0) * 100));
    const [left, right] = this.paper.querySelectorAll(".said span");
    left.textContent = this.#standing(job);
    right.textContent = job.eta ? `~${seconds(job.eta.p50)}` : "";
  }

  /** Comes up out of the dark: coarse at first, sharper with every step. */
  #preview(job, preview) {
    this.paper.classList.remove("waiting");
    this.paper.style.setProperty("--grain", `${Math.round(10 * (1 - (job.progress ?? 0)) + 2)}px`);
    this.#fade(preview, "", "preview");
  }

  #standing(job) {
    if (job.status === "asking") return words.asking;
    if (job.canceling) return words.canceling;
    if (job.status === "queued") return job.queue_position ? fill(words.place, { place: job.queue_position }) : words.next;
    return job.steps ? fill(words.step, { step: job.step, steps: job.steps }) : words.starting;
  }

  #ended(job) {
    const what = job.status === "canceled" ? words.canceled : (job.error?.message ?? words.broken);
    const cost = job.cost ? fill(job.cost.charged ? words.charged : words.free, { charged: job.cost.charged }) : "";
    const way = wayOut(job.error?.code);
    const sign = job.status === "canceled" ? null : icon("alert");
    this.paper.replaceChildren(el("div", { class: "failed" }, sign, el("p", { class: "plea" }, what), el("p", { class: "small muted" }, cost), way));
  }

  /** The new print comes up over the old one. */
  #fade(source, alt, kind) {
    const before = [...this.paper.querySelectorAll(":scope > img")];
    if (before.at(-1)?.src === new URL(source, location.href).href) return;
    const picture = el("img", { alt, class: kind });
    picture.src = source;
    const show = () => {
      picture.classList.add("in");
      setTimeout(() => before.forEach((one) => one.remove()), 260);
    };
    picture.decode().then(show, show);
    this.paper.prepend(...before, picture);
  }

  #caption(job) {
    const seed = job.outputs?.length ? this.output.recipe?.seed : job.seed;
    const line = [mark(job), seed === undefined ? null : `seed ${seed}`].filter(Boolean).join(" · ");
    return [
      el("p", { class: "words" }, job.params?.prompt ?? ""),
      el("p", { class: "frame-mark" }, line),
      el("div", { class: "deeds" }, ...this.#buttons(job)),
    ];
  }

  #buttons(job) {
    const act = (name, label, picture, more = {}) =>
      el("button", { type: "button", class: "button quiet small", "data-deed": name, onclick: () => this.#do(name), title: label, ...more }, icon(picture), el("span", {}, label));
    if (["queued", "running"].includes(job.status)) {
      const back = job.cost.quoted - Math.floor((job.cost.quoted * job.step) / (job.steps || 1));
      return [act("cancel", fill(words.cancel, { back: job.status === "queued" ? job.cost.quoted : back }), "close", { disabled: job.canceling })];
    }
    if (job.status === "asking") return [];
    const enlarged = job.tool === "upscale";
    const remix = enlarged ? null : act("remix", words.remix, "again");
    const compare = job.sheet ? act("compare", words.compare, "library") : null;
    if (job.status !== "succeeded" || !job.outputs.length) {
      const again = job.error?.code === "invalid_request" || wayOut(job.error?.code) ? null : act("retry", words.retry, "vary");
      return [remix, again, compare].filter(Boolean);
    }
    const { id, urls, starred } = this.output;
    return [
      compare,
      remix,
      enlarged ? null : act("vary", words.vary, "vary"),
      act("use", words.use, "image_to_image"),
      act("paint", words.paint, "inpaint"),
      act("enlarge", words.enlarge, "expand"),
      el("a", { class: "button quiet small", href: `/library/${id}/`, "data-deed": "look", title: words.look }, icon("look"), el("span", {}, words.look)),
      el("a", { class: "button quiet small", href: `${urls.content}?download=true`, download: "", "data-deed": "download", title: words.download }, icon("download"), el("span", {}, words.download)),
      act("share", words.share, "share"),
      act("star", words.star, "star", { "aria-pressed": String(starred) }),
      act("trash", words.trash, "trash"),
    ].filter(Boolean);
  }

  /** As if the button of that deed were pressed, where it stands. */
  press(name) {
    this.querySelector(`.caption [data-deed="${name}"]`)?.click();
  }

  async #do(name) {
    try {
      await this.actions[name](this.job, this.output);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.actions.tell(error.message);
    }
    if (name === "star") this.#draw();
  }

  #nothing() {
    const blades = document.querySelector(".press .aperture").cloneNode(true);
    const [example] = this.examples;
    const offer = example ? el("button", { type: "button", class: "button small", onclick: () => this.actions.example(example) }, example) : null;
    return el("div", { class: "empty" }, blades, el("h2", {}, words.empty), el("p", {}, words.begin), el("div", { class: "row" }, offer));
  }
}

customElements.define("print-stage", Stage);
