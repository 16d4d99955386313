/** Asks what a press would cost, a little after the last change; an older answer never overtakes a newer one. */

import { Refusal, call } from "../api.js";
import { MOST, settings } from "./plan.js";

const SETTLED = 180;
const PAUSES = [1000, 2000, 4000, 8000, 16_000];

export class Asking {
  constructor(tool, tell) {
    Object.assign(this, { tool, tell, tries: 0 });
  }

  about(planned, later) {
    clearTimeout(this.timer);
    this.running?.abort();
    const groups = settings(planned.slice(0, MOST));
    this.asked = { groups, count: planned.length, mark: JSON.stringify([planned.length, groups.map(({ key, count }) => [key, count])]) };
    // A price that was told of something else is none. Words alone change nothing of it.
    if (this.asked.mark !== this.known) this.#unknown();
    this.tries = 0;
    this.timer = setTimeout(() => this.#ask(), later ? SETTLED : 0);
  }

  /** At once, if the last try was in vain. */
  again() {
    if (!this.tries) return;
    clearTimeout(this.timer);
    this.#ask();
  }

  async #ask() {
    this.running?.abort();
    const { signal } = (this.running = new AbortController());
    const { groups, count, mark } = this.asked;
    try {
      const quotes = await Promise.all(groups.map(({ params }) => this.#quote(params, signal)));
      if (signal.aborted) return;
      const sum = (of) => quotes.reduce((all, quote, place) => all + of(quote) * groups[place].count, 0);
      Object.assign(this, { known: mark, tries: 0 });
      this.tell({ quote: quotes[0], credits: sum((quote) => quote.credits), time: seconds(sum((quote) => quote.eta.p50)), count });
    } catch (error) {
      if (!signal.aborted) this.#refused(error);
    }
  }

  #refused(error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === "invalid_request") {
      this.#unknown(error.details);
      return;
    }
    this.#unknown();
    const pause = PAUSES[Math.min(this.tries++, PAUSES.length - 1)];
    if (error.passing) this.timer = setTimeout(() => this.#ask(), pause);
  }

  #unknown(wrong) {
    this.known = null;
    this.tell({ count: this.asked.count, wrong });
  }

  #quote(given, signal) {
    const params = { ...given };
    if (!params.prompt.trim()) params.prompt = "…";
    // Painting comes last; what it will cost is known before.
    if (this.tool === "inpaint" && !params.mask) params.mask = params.image;
    return call("POST", "/quotes", { tool: this.tool, params }, { signal });
  }
}

export function seconds(value) {
  if (value < 90) return `${Math.max(1, Math.round(value))} s`;
  return `${Math.round(value / 60)} min`;
}
