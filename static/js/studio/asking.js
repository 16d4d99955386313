/** Asks what a press would cost, a little after the last change; an older answer never overtakes a newer one. */

import { Refusal, call } from "../api.js";
import { MOST, settings } from "./plan.js";

const SETTLED = 180;

export class Asking {
  constructor(tool, tell) {
    Object.assign(this, { tool, tell });
  }

  about(planned, later) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(planned), later ? SETTLED : 0);
  }

  async #ask(planned) {
    this.running?.abort();
    this.running = new AbortController();
    const groups = settings(planned.slice(0, MOST));
    try {
      const quotes = await Promise.all(groups.map(({ params }) => this.#quote(params)));
      const sum = (of) => quotes.reduce((all, quote, place) => all + of(quote) * groups[place].count, 0);
      this.tell({ quote: quotes[0], credits: sum((quote) => quote.credits), time: seconds(sum((quote) => quote.eta.p50)), count: planned.length });
    } catch (error) {
      if (error instanceof Refusal && error.code === "invalid_request") this.tell({ wrong: error.details });
    }
  }

  #quote(given) {
    const params = { ...given };
    if (!params.prompt.trim()) params.prompt = "…";
    // Painting comes last; what it will cost is known before.
    if (this.tool === "inpaint" && !params.mask) params.mask = params.image;
    return call("POST", "/quotes", { tool: this.tool, params }, { signal: this.running.signal });
  }
}

export function seconds(value) {
  if (value < 90) return `${Math.max(1, Math.round(value))} s`;
  return `${Math.round(value / 60)} min`;
}
