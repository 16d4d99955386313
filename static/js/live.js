/** One socket. It comes back by itself and asks for what it missed; whoever listens never sees a message twice. */

const PAUSES = [250, 500, 1000, 2000, 4000, 8000];

export class Live extends EventTarget {
  #seq = 0;
  #tries = 0;
  #socket = null;

  constructor() {
    super();
    this.#open();
    addEventListener("online", () => this.#again(0));
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#again(0));
  }

  #open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = (this.#socket = new WebSocket(`${scheme}://${location.host}/ws/`));
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#closed(event);
  }

  #hear(message) {
    if (message.type === "snapshot") {
      this.#tries = 0;
      const missed = this.#seq && message.seq > this.#seq;
      if (missed) this.#socket.send(JSON.stringify({ type: "resume", seq: this.#seq }));
      else this.#seq = message.seq;
      this.#say("line", { up: true });
      this.#say("snapshot", message);
      return;
    }
    if (message.seq !== undefined) {
      if (message.seq <= this.#seq) return;
      this.#seq = message.seq;
    }
    this.#say(message.type, message);
  }

  #closed(event) {
    this.#say("line", { up: false });
    if (event.code === 4401) {
      location.reload();
      return;
    }
    this.#again(PAUSES[Math.min(this.#tries++, PAUSES.length - 1)]);
  }

  #again(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.#socket.readyState > WebSocket.OPEN) this.#open();
    }, pause);
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
