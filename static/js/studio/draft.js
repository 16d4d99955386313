/** What was written and set stays through a reload, a look at the library and a change of tool, as long as the tab lives. */

const NAME = `klikyai.draft.${document.querySelector('meta[name="who"]')?.content}`;
const ONCE = ["image", "mask"];

export class Draft {
  constructor(composer) {
    this.composer = composer;
    addEventListener("pagehide", () => this.#keep());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#keep());
  }

  restore() {
    const kept = this.#kept();
    const own = kept.tools[this.composer.tool.name];
    if (!own && !kept.words) return;
    this.composer.load({ ...this.composer.params(), ...own, ...kept.words }, { focus: false });
  }

  #keep() {
    const params = Object.fromEntries(Object.entries(this.composer.params()).filter(([key]) => !ONCE.includes(key)));
    const { prompt, negative_prompt, ...own } = params;
    const { tools } = this.#kept();
    sessionStorage.setItem(NAME, JSON.stringify({ words: { prompt, negative_prompt }, tools: { ...tools, [this.composer.tool.name]: own } }));
  }

  #kept() {
    return JSON.parse(sessionStorage.getItem(NAME) ?? '{"tools": {}}');
  }
}
