/** The frames of this person, newest first, and which of them lies on the stage. */

export class Roll extends EventTarget {
  constructor(jobs, count) {
    super();
    this.jobs = new Map();
    this.previews = new Map();
    this.order = [];
    this.count = count;
    for (const job of [...jobs].reverse()) this.#add(job, job.number ?? count - jobs.indexOf(job));
    this.selected = this.order.at(-1) ?? null;
  }

  #add(job, number) {
    this.jobs.set(job.id, { ...job, number });
    this.order.push(job.id);
  }

  get(id) {
    return this.jobs.get(id);
  }

  newestFirst() {
    return [...this.order].reverse().map((id) => this.jobs.get(id));
  }

  /** A frame is there before the server knows of it. */
  expose(id, sketch) {
    this.#add({ id, status: "asking", outputs: [], progress: 0, step: 0, ...sketch }, ++this.count);
    this.select(id);
    this.#changed(id, "added");
  }

  /** The server's answer takes the place of what was drawn ahead; an event may have been quicker. */
  settle(id, job) {
    const ahead = this.jobs.get(id);
    this.jobs.delete(id);
    const known = this.jobs.get(job.id);
    this.order = this.order.filter((one) => one !== (known ? id : ""));
    if (known) known.number = Math.min(known.number, ahead.number);
    else {
      this.order[this.order.indexOf(id)] = job.id;
      this.jobs.set(job.id, { ...job, number: ahead.number });
    }
    if (known) this.count -= 1;
    if (this.selected === id) this.selected = job.id;
    this.#changed(job.id, "settled", id);
  }

  refuse(id, refusal, wish) {
    const frame = this.jobs.get(id);
    const why = Object.values(refusal.details).flat().join(" ");
    Object.assign(frame, { status: "refused", error: { message: why || refusal.message, code: refusal.code }, wish });
    this.#changed(id, "changed");
  }

  /** The same frame, asked for once more. */
  ask(id) {
    Object.assign(this.jobs.get(id), { status: "asking", error: null });
    this.#changed(id, "changed");
  }

  hear(job) {
    const known = this.jobs.get(job.id);
    if (!known) {
      this.#add(job, ++this.count);
      if ((this.order.at(-2) ?? null) === this.selected) this.selected = job.id;
      this.#changed(job.id, "added");
      return;
    }
    const done = known.status !== job.status && job.status === "succeeded";
    Object.assign(known, job, { number: known.number, flash: done });
    this.#changed(job.id, "changed");
    known.flash = false;
  }

  preview({ job, image, step, steps }) {
    if (!this.jobs.has(job)) return;
    this.previews.set(job, image);
    Object.assign(this.jobs.get(job), { step, steps, progress: step / steps });
    this.#changed(job, "preview");
  }

  remove(id) {
    const place = this.order.indexOf(id);
    if (place < 0) return;
    this.order.splice(place, 1);
    this.jobs.delete(id);
    this.select(this.order[Math.min(place, this.order.length - 1)] ?? null);
    this.#changed(id, "removed");
  }

  placeOf(id) {
    return this.order.indexOf(id);
  }

  /** Where it lay, under the number that it had. */
  putBack(job, place) {
    if (this.jobs.has(job.id)) return this.hear(job);
    this.jobs.set(job.id, job);
    this.order.splice(place, 0, job.id);
    this.#changed(job.id, "added");
    return this.select(job.id);
  }

  select(id) {
    this.selected = id;
    this.#changed(id, "selected");
  }

  step(by) {
    const next = this.order[this.order.indexOf(this.selected) + by];
    if (next) this.select(next);
  }

  #changed(id, what, before) {
    this.dispatchEvent(new CustomEvent("change", { detail: { id, what, before } }));
  }
}
