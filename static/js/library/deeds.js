/** What can be done with chosen files. Whatever can be taken back says so, with a button. */

import { Refusal, call, fill, words } from "../api.js";
import { send } from "./sending.js";

const SHOWN = 8000;

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

  star(ids) {
    const starred = !this.shelf.items.filter((item) => ids.has(item.id)).every((item) => item.starred);
    this.shelf.change(ids, { starred });
    return this.#change(ids, { starred });
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
    const answer = await fetch("/api/v1/assets/archive", { method: "POST", headers, body: JSON.stringify({ ids: [...ids] }) });
    if (!answer.ok) throw new Refusal((await answer.json()).message);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = "klikyai.zip";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.say(fill(words.packed, { count: ids.size }));
  }

  async add(files) {
    let kept = 0;
    for (const file of files) {
      this.say(fill(words.sending, { name: file.name, left: files.length - kept }));
      const item = await send(file);
      if (!this.shelf.items.some((known) => known.id === item.id)) this.shelf.put(item);
      kept += 1;
    }
    this.say(fill(words.added, { count: kept }));
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
