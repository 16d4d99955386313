/** What somebody has ringed with the grease pencil. */

export class Choice extends EventTarget {
  #ids = new Set();
  #last = null;

  get size() {
    return this.#ids.size;
  }

  get ids() {
    return new Set(this.#ids);
  }

  has(id) {
    return this.#ids.has(id);
  }

  toggle(id) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#last = id;
    this.#say();
  }

  /** From the last one ringed to this one. */
  stretch(items, id) {
    const ends = [this.#last ?? id, id].map((end) => items.findIndex((item) => item.id === end)).sort((a, b) => a - b);
    for (const item of items.slice(Math.max(0, ends[0]), ends[1] + 1)) this.#ids.add(item.id);
    this.#last = id;
    this.#say();
  }

  all(items) {
    this.#ids = new Set(items.map((item) => item.id));
    this.#say();
  }

  none() {
    this.#ids.clear();
    this.#last = null;
    this.#say();
  }

  #say() {
    this.dispatchEvent(new Event("change"));
  }
}
