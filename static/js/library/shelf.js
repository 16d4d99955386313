/** What of the library is known so far. It asks for the next page when somebody comes near its end. */

import { call } from "../api.js";

export class Shelf extends EventTarget {
  #asking = null;

  constructor({ items, next, query }) {
    super();
    Object.assign(this, { items, next, query });
  }

  get trash() {
    return new URLSearchParams(this.query).get("trash") === "true";
  }

  async more() {
    if (!this.next || this.#asking) return;
    const asking = (this.#asking = new AbortController());
    try {
      const page = await this.#page(this.next, asking.signal);
      this.#take(page, this.items.concat(page.items));
    } catch (error) {
      if (error.name !== "AbortError") this.dispatchEvent(new CustomEvent("refused", { detail: error }));
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  async seek(query) {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.query = query;
    try {
      const page = await this.#page("", asking.signal);
      this.#take(page, page.items);
    } catch (error) {
      if (error.name !== "AbortError") this.dispatchEvent(new CustomEvent("refused", { detail: error }));
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  put(item, place = 0) {
    this.items = this.items.toSpliced(place, 0, item);
    this.#say();
  }

  drop(ids) {
    this.items = this.items.filter((item) => !ids.has(item.id));
    this.#say();
    if (this.items.length < 60) this.more();
  }

  change(ids, values) {
    for (const item of this.items) if (ids.has(item.id)) Object.assign(item, values);
    this.#say();
  }

  #page(cursor, signal) {
    const asked = new URLSearchParams(this.query);
    asked.set("limit", "100");
    if (cursor) asked.set("cursor", cursor);
    return call("GET", `/assets?${asked}`, undefined, { signal });
  }

  #take(page, items) {
    this.items = items;
    this.next = page.pagination.next;
    this.#say();
  }

  #say() {
    this.dispatchEvent(new Event("change"));
  }
}
