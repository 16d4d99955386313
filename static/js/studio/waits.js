/** Says on the screen of the machine that a long wait is over; asked for after the first long one, never before. */

import { fill, words } from "../api.js";
import { tell } from "../toast.js";

const LONG = 20_000;
const ASKED = "klikyai.notify";

export class Waits {
  constructor(roll) {
    Object.assign(this, { roll, since: new Map() });
    roll.addEventListener("change", ({ detail }) => this.#changed(detail));
  }

  #changed({ id, what }) {
    const job = this.roll.get(id);
    if (!job || what === "preview" || what === "selected") return;
    if (["queued", "running"].includes(job.status)) {
      if (!this.since.has(id)) this.since.set(id, performance.now());
      return;
    }
    const waited = performance.now() - (this.since.get(id) ?? performance.now());
    this.since.delete(id);
    if (waited > LONG && job.status === "succeeded") this.#over(job);
  }

  #over(job) {
    if (!("Notification" in window) || /Android/.test(navigator.userAgent)) return; // there, only a service worker may
    if (Notification.permission === "granted") this.#say(job);
    else if (Notification.permission === "default" && !localStorage.getItem(ASKED)) this.#offer();
  }

  #say(job) {
    if (document.visibilityState === "visible" && document.hasFocus()) return;
    const note = new Notification(words.done, { body: fill(words.donefor, { prompt: job.params.prompt.slice(0, 120) }), icon: job.outputs[0]?.urls.thumbnail, tag: job.id });
    note.addEventListener("click", () => {
      window.focus();
      this.roll.select(job.id);
      note.close();
    });
  }

  #offer() {
    localStorage.setItem(ASKED, "yes");
    tell(words.offer, words.allow, () => Notification.requestPermission());
  }
}
