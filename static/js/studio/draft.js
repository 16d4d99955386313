/** What was written and set stays through a reload, a look at the library and a change of tool, as long as the tab lives. */

const NAME = `klikyai.draft.${document.querySelector('meta[name="who"]')?.content}`;

export class Draft {
  constructor(composer) {
    this.composer = composer;
    addEventListener("pagehide", () => this.#keep());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#keep());
  }

  /** With its picture and mask, where there is a place for them. */
  restore(source) {
    const kept = this.#kept();
    const own = kept.tools[this.composer.tool.name];
    if (!own && !kept.words) return;
    this.composer.load({ ...this.composer.params(), ...own, ...kept.words }, { focus: false });
    if (own?.image) source?.recall(own);
  }

  #keep() {
    const { prompt, negative_prompt, ...own } = this.composer.params();
    const { tools } = this.#kept();
    sessionStorage.setItem(NAME, JSON.stringify({ words: { prompt, negative_prompt }, tools: { ...tools, [this.composer.tool.name]: own } }));
  }

  #kept() {
    return JSON.parse(sessionStorage.getItem(NAME) ?? '{"tools": {}}');
  }
}
