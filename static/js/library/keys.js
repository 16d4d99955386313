/** The whole sheet by keyboard. */

export class Keys {
  constructor(sheet) {
    this.sheet = sheet;
    addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    if (event.repeat && !event.key.startsWith("Arrow")) return;
    const typing = event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select");
    if (typing || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "Escape" && typing) this.sheet.wall.focus(this.sheet.wall.current);
      else if ((event.ctrlKey || event.metaKey) && event.key === "a" && !typing) this.#all(event);
      return;
    }
    const deed = this.#deed(event);
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  #all(event) {
    event.preventDefault();
    this.sheet.choice.all(this.sheet.shelf.items);
  }

  #deed({ key, shiftKey, target }) {
    const { wall, choice, deeds, shelf } = this.sheet;
    const item = shelf.items[wall.current];
    const these = () => (choice.size ? choice.ids : new Set(item ? [item.id] : []));
    const anywhere = {
      "/": () => this.sheet.querySelector("#search").focus(),
      "?": () => this.sheet.querySelector(".keys").showModal(),
      z: () => deeds.undo(),
      Escape: () => choice.none(),
    };
    if (anywhere[key]) return anywhere[key];
    const elsewhere = target !== document.body && !wall.list.contains(target);
    if (elsewhere || !item) return undefined;
    const go = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wall.columns, ArrowDown: wall.columns, Home: -Infinity, End: Infinity }[key];
    if (go) return () => wall.focus(wall.list.contains(target) ? wall.current + go : wall.current);
    if (key.toLowerCase() === "x") return () => (shiftKey ? choice.stretch(shelf.items, item.id) : choice.toggle(item.id));
    return {
      m: shelf.trash ? undefined : () => this.sheet.do("move", these()),
      s: () => this.sheet.do("star", these()),
      Delete: () => this.sheet.do(shelf.trash ? "back" : "trash", these()),
    }[key];
  }
}
