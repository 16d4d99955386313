/** <light-table>: one print, looked at. Every key presses something that is there to click as well. */

const WAYS = { ArrowLeft: "[rel=prev]", ArrowRight: "[rel=next]", Escape: "[rel=up]" };

class LightTable extends HTMLElement {
  connectedCallback() {
    addEventListener("keydown", (event) => this.#pressed(event));
    for (const way of this.querySelectorAll("[rel=prev], [rel=next]")) this.#ahead(way.href);
  }

  #pressed(event) {
    // A key held down would throw away the next print as well.
    if (event.repeat && !event.key.startsWith("Arrow")) return;
    const busy = event.target.closest("input, textarea, select, video, audio") || event.ctrlKey || event.metaKey || event.altKey;
    if (busy) return;
    const target = this.querySelector(WAYS[event.key] ?? `[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  }

  /** The neighbour is fetched before anybody asks. */
  #ahead(address) {
    const link = document.createElement("link");
    link.rel = "prefetch";
    link.href = address;
    document.head.append(link);
  }
}

customElements.define("light-table", LightTable);
