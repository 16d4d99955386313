/** One socket a browser: the tab that holds the lock has the line and tells the others what it hears.
 *
 * It comes back by itself and asks for what it missed; whoever listens never sees a message twice.
 */

const PAUSES = [250, 500, 1000, 2000, 4000, 8000];
const [GONE, FLOOD] = [4401, 4429];
const WHO = document.querySelector('meta[name="who"]')?.content;
const NAME = `klikyai-line-${WHO}`;

export class Live extends EventTarget {
  #seq = 0;
  #tries = 0;
  #asked = false;
  #socket = null;
  #others = new BroadcastChannel(NAME);
  #leads = false;

  /** `seq` is the number that the page was made at: what came after it is asked for. */
  begin(seq = 0) {
    if (!WHO || this.#others.onmessage) return undefined;
    this.#seq = seq;
    this.#others.onmessage = ({ data }) => this.#heardFromATab(data);
    this.#others.postMessage({ type: "hello", seq });
    if (!navigator.locks) return this.#lead();
    // Held as long as this tab lives; then the next one in the queue takes the line.
    navigator.locks.request(NAME, () => {
      this.#lead();
      return new Promise(() => {});
    });
    return undefined;
  }

  #lead() {
    this.#leads = true;
    this.#open();
    addEventListener("online", () => this.#again(0));
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#again(0));
  }

  #open() {
    this.#asked = false;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = (this.#socket = new WebSocket(`${scheme}://${location.host}/ws/`));
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#closed(event);
  }

  #hear(message) {
    if (message.type === "snapshot") {
      this.#tries = 0;
      // One that answers says that what was missed is too long ago to be told.
      const missed = this.#seq && message.seq > this.#seq && !this.#asked;
      if (missed) this.#resume(this.#seq);
      else this.#seq = message.seq;
      this.#say("line", { up: true });
      this.#say("snapshot", message);
      return;
    }
    this.#say(message.type, message);
  }

  #resume(seq) {
    this.#asked = true;
    this.#socket.send(JSON.stringify({ type: "resume", seq }));
  }

  #closed(event) {
    this.#say("line", { up: false });
    if (event.code === GONE) {
      this.#others.postMessage({ type: "gone" });
      location.reload();
      return;
    }
    if (event.code === FLOOD) this.#tries = PAUSES.length;
    this.#again(PAUSES[Math.min(this.#tries++, PAUSES.length - 1)]);
  }

  #again(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.#socket.readyState > WebSocket.OPEN) this.#open();
    }, pause);
  }

  #say(type, detail) {
    this.#others.postMessage({ type: "heard", kind: type, detail });
    this.#tell(type, detail);
  }

  #heardFromATab({ type, kind, detail, seq }) {
    if (type === "gone") location.reload();
    if (type === "heard" && !this.#leads) this.#tell(kind, detail);
    const up = this.#socket?.readyState === WebSocket.OPEN;
    if (type !== "hello" || !up) return;
    this.#others.postMessage({ type: "heard", kind: "line", detail: { up } });
    // What the new tab's page was too early for comes once more; whoever knows it does not listen.
    if (seq && seq < this.#seq) this.#resume(seq);
  }

  #tell(type, detail) {
    if (type !== "snapshot" && detail.seq !== undefined) {
      if (detail.seq <= this.#seq) return;
      this.#seq = detail.seq;
    }
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export const live = new Live();
