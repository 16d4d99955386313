/** A wall without end that keeps only the rows in sight. The rows above and below are room, not elements. */

import { fill, words } from "../api.js";

const AROUND = 1;
const NEAR_THE_END = 12;
const SETTLED = 60;

export class Wall {
  #shown = new Map();
  #frame = 0;

  constructor(list, shelf, choice) {
    Object.assign(this, { list, shelf, choice, current: 0 });
    this.measure();
    new ResizeObserver(() => this.measure() && this.draw()).observe(list);
    addEventListener("scroll", () => this.later(), { passive: true });
    shelf.addEventListener("change", () => this.draw(true));
    choice.addEventListener("change", () => this.#mark());
    list.replaceChildren();
    this.draw(true);
  }

  /** True when the number of columns or their size changed. */
  measure() {
    const style = getComputedStyle(this.list);
    const columns = style.gridTemplateColumns.split(" ");
    const row = parseFloat(columns[0]) + 26 + parseFloat(style.rowGap);
    const changed = row !== this.row || columns.length !== this.columns;
    Object.assign(this, { row, columns: columns.length });
    return changed;
  }

  later() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.draw());
  }

  draw(anew = false) {
    const { first, last, rows } = this.#span();
    const focused = this.list.contains(document.activeElement);
    if (anew) this.#forget(() => true);
    else this.#forget((place) => place < first || place >= last);
    this.list.style.paddingTop = `${(first / this.columns) * this.row}px`;
    this.list.style.paddingBottom = `${Math.max(0, rows - Math.ceil(last / this.columns)) * this.row}px`;
    let after = null;
    for (let place = first; place < last; place += 1) {
      const cell = this.#shown.get(place) ?? this.#cell(place);
      if (after ? after.nextSibling !== cell : this.list.firstChild !== cell) {
        if (after) after.after(cell);
        else this.list.prepend(cell);
      }
      after = cell;
    }
    if (focused) this.focus(this.current, false);
    this.#mark();
    if (last >= this.shelf.items.length - NEAR_THE_END * this.columns) this.shelf.more();
  }

  focus(place, scroll = true) {
    this.current = Math.max(0, Math.min(place, this.shelf.items.length - 1));
    if (scroll) this.#bring(this.current);
    const link = this.#shown.get(this.current)?.querySelector("a");
    for (const cell of this.#shown.values()) cell.firstElementChild.tabIndex = -1;
    if (link) link.tabIndex = 0;
    (link ?? this.list).focus({ preventScroll: true });
  }

  placeOf(element) {
    const cell = element.closest("li");
    for (const [place, shown] of this.#shown) if (shown === cell) return place;
    return -1;
  }

  #span() {
    const rows = Math.ceil(this.shelf.items.length / this.columns);
    const above = Math.max(0, -this.list.getBoundingClientRect().top);
    const top = Math.max(0, Math.min(Math.floor(above / this.row) - AROUND, rows - 1));
    const seen = Math.ceil(innerHeight / this.row) + 2 * AROUND;
    return { first: top * this.columns, last: Math.min((top + seen) * this.columns, this.shelf.items.length), rows };
  }

  #bring(place) {
    const top = this.list.getBoundingClientRect().top + Math.floor(place / this.columns) * this.row;
    if (top < 8) scrollBy(0, top - 8);
    else if (top + this.row > innerHeight - 90) scrollBy(0, top + this.row - innerHeight + 90);
    this.draw();
  }

  #forget(where) {
    for (const [place, cell] of this.#shown) {
      if (!where(place)) continue;
      cell.remove();
      this.#shown.delete(place);
    }
  }

  #cell(place) {
    const item = this.shelf.items[place];
    const name = item.name || item.recipe?.prompt || item.kind;
    const cell = document.createElement("li");
    const link = document.createElement("a");
    const picture = document.createElement("img");
    const choose = document.createElement("button");
    cell.dataset.mark = `▸ ${item.width ? `${item.width}×${item.height} · ` : ""}${name}`;
    cell.dataset.id = item.id;
    if (item.colour) link.style.setProperty("--film", item.colour);
    link.href = `/library/${item.id}/${this.shelf.query ? `?${this.shelf.query}` : ""}`;
    link.tabIndex = place === this.current ? 0 : -1;
    picture.alt = name;
    picture.draggable = false; // the link is what is dragged
    choose.type = "button";
    choose.tabIndex = -1;
    choose.setAttribute("aria-label", fill(words.choose, { name }));
    link.append(picture);
    cell.append(link, choose);
    this.#shown.set(place, cell);
    // Rows that only fly past are never asked for.
    setTimeout(() => cell.isConnected && (picture.src = thumbnail(item)), this.flying() ? SETTLED : 0);
    return cell;
  }

  flying() {
    const now = performance.now();
    const speed = Math.abs(scrollY - (this.before ?? scrollY)) / Math.max(1, now - (this.then ?? now));
    Object.assign(this, { before: scrollY, then: now });
    return speed > 3;
  }

  #mark() {
    this.list.classList.toggle("choosing", this.choice.size > 0);
    for (const [place, cell] of this.#shown) {
      const item = this.shelf.items[place];
      const picked = this.choice.has(item.id);
      cell.classList.toggle("picked", picked);
      cell.classList.toggle("starred", item.starred);
      cell.lastElementChild.setAttribute("aria-pressed", String(picked));
    }
  }
}

function thumbnail(item) {
  return item.kind === "audio" ? `${item.urls.content}?variant=waveform` : item.urls.thumbnail;
}
