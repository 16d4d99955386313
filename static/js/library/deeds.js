/** What can be done with chosen files. Whatever can be taken back says so, with a button. */

import { Refusal, call, fill, words } from "../api.js";
import { send } from "./sending.js";

const SHOWN = 8000;
const NAMED = 5;

export class Deeds {
  constructor(shelf, choice, toast) {
    Object.assign(this, { shelf, choice, toast, back: null });
    toast.querySelector("[data-undo]").addEventListener("click", () => this.undo());
    shelf.addEventListener("refused", ({ detail }) => this.say(detail.message));
  }

  say(sentence, back = null) {
    clearTimeout(this.timer);
    this.back = back;
    this.toast.querySelector("[data-said]").textContent = sentence;
    this.toast.querySelector("[data-undo]").hidden = !back;
    this.toast.hidden = false;
    this.timer = setTimeout(() => (this.toast.hidden = true), SHOWN);
  }

  async undo() {
    const back = this.back;
    this.back = null;
    this.toast.hidden = true;
    if (back) await this.tried(back);
  }

  async tried(deed) {
    try {
      await deed();
    } catch (error) {
      this.say(error.message);
    }
  }

  async star(ids) {
    const items = this.shelf.items.filter((item) => ids.has(item.id));
    const starred = !items.every((item) => item.starred);
    const turned = new Set(items.filter((item) => item.starred !== starred).map((item) => item.id));
    this.shelf.change(turned, { starred });
    try {
      await this.#change(ids, { starred });
    } catch (error) {
      this.shelf.change(turned, { starred: !starred });
      throw error;
    }
  }

  trash(ids) {
    return this.#away(ids, true, words.trashed);
  }

  takeBack(ids) {
    return this.#away(ids, false, words.taken);
  }

  async move(ids, project, name) {
    const before = Map.groupBy(this.shelf.items.filter((item) => ids.has(item.id)), (item) => item.project);
    await this.#place(ids, project);
    this.choice.none();
    this.say(fill(words.moved, { count: ids.size, name }), async () => {
      for (const [old, items] of before) await this.#place(new Set(items.map((item) => item.id)), old);
    });
  }

  async zip(ids) {
    this.say(words.packing);
    const headers = { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf"]').content };
    const asked = fetch("/api/v1/assets/archive", { method: "POST", headers, body: JSON.stringify({ ids: [...ids] }) });
    const answer = await asked.catch(() => Promise.reject(new Refusal(words.offline)));
    if (!answer.ok) throw new Refusal((await answer.json()).message);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = "klikyai.zip";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.say(fill(words.packed, { count: ids.size }));
  }

  async add(files) {
    const refused = [];
    for (const [place, file] of files.entries()) {
      this.say(fill(words.sending, { name: file.name, left: files.length - place }));
      try {
        const item = await send(file);
        if (!this.shelf.items.some((known) => known.id === item.id)) this.shelf.put(item);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.push({ name: file.name, why: error.message });
      }
    }
    const kept = files.length - refused.length;
    this.say([kept ? fill(words.added, { count: kept }) : "", ...named(refused)].join(" ").trim());
  }

  async #away(ids, trashed, said) {
    const query = this.shelf.query;
    const gone = this.shelf.items.map((item, place) => ({ item, place })).filter(({ item }) => ids.has(item.id));
    this.choice.none();
    this.shelf.drop(ids);
    const putBack = () => this.shelf.query === query && gone.forEach(({ item, place }) => this.shelf.put(item, place));
    try {
      await this.#change(ids, { trashed });
    } catch (error) {
      putBack();
      throw error;
    }
    this.say(fill(said, { count: ids.size }), async () => {
      await this.#change(ids, { trashed: !trashed });
      putBack();
    });
  }

  async #place(ids, project) {
    await this.#change(ids, { project });
    if (new URLSearchParams(this.shelf.query).get("project")) await this.shelf.seek(this.shelf.query);
    else this.shelf.change(ids, { project });
  }

  #change(ids, values) {
    return call("PATCH", "/assets", { ids: [...ids], ...values });
  }
}

/** Each reason once, after the first of the files that it kept out. */
function named(refused) {
  return [...Map.groupBy(refused, ({ why }) => why)].map(([why, files]) => {
    const names = files.slice(0, NAMED).map(({ name }) => name);
    return `${names.join(", ")}${files.length > NAMED ? " …" : ""}: ${why}`;
  });
}
