/** <copy-text>: a button that puts its text on the clipboard. */

const said = document.querySelector("script[data-copy]").dataset;

class CopyText extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = said.copy;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => this.#copy(button));
    this.append(button);
  }

  async #copy(button) {
    const text = this.querySelector("code");
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // Without a secure address there is no clipboard: at least it is marked to be copied by hand.
      getSelection().selectAllChildren(text);
      return;
    }
    button.textContent = said.copied;
    setTimeout(() => (button.textContent = said.copy), 2000);
  }
}

customElements.define("copy-text", CopyText);
