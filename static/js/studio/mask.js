/** <mask-editor>: what is painted is made anew. Strokes are kept, so that each can be taken back. */

import { Loupe } from "./loupe.js";
import { Ring } from "./ring.js";

const EDGE = 6;
const STEP = 8; // pixels of the screen
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const inside = (share) => Math.min(1, Math.max(0, share));

export class MaskEditor extends HTMLElement {
  connectedCallback() {
    this.canvas = this.appendChild(document.createElement("canvas"));
    Object.assign(this, { strokes: [], tool: "brush", size: 36, feather: 4 });
    this.loupe = new Loupe(this);
    this.addEventListener("pointerdown", (event) => this.#down(event));
    this.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) this.addEventListener(name, (event) => this.#up(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.ring = new Ring(this);
  }

  /** In pixels of the screen. */
  resize(size) {
    this.size = size;
    this.ring.fit(size);
  }

  fit(width, height) {
    Object.assign(this.canvas, { width, height });
    this.loupe.whole();
    this.wipe();
  }

  wipe() {
    this.strokes = [];
    this.#draw();
    this.#tell();
  }

  /** A mask that was sent before, in place of all strokes. */
  async repaint(file) {
    this.strokes = [{ tool: "brush", shape: white(await createImageBitmap(file)) }];
    this.#draw();
    this.#tell();
  }

  undo() {
    this.strokes.pop();
    this.#draw();
    this.#tell();
  }

  get empty() {
    return !this.strokes.some((stroke) => stroke.tool === "brush");
  }

  /** White is made anew, black stays. */
  async png() {
    const { width, height } = this.canvas;
    const sheet = new OffscreenCanvas(width, height);
    const pen = sheet.getContext("2d");
    pen.fillStyle = "black";
    pen.fillRect(0, 0, width, height);
    const painted = new OffscreenCanvas(width, height);
    this.#strokesOn(painted.getContext("2d"), "white", this.feather);
    pen.drawImage(painted, 0, 0);
    return sheet.convertToBlob({ type: "image/png" });
  }

  #down(event) {
    event.preventDefault();
    this.focus({ preventScroll: true });
    this.setPointerCapture(event.pointerId);
    if (this.loupe.takes(event)) return this.#drop();
    // The brush is as wide as it looks: the closer one looks, the finer it paints.
    this.stroke = { tool: this.tool, size: this.size * this.#scale(), points: [this.#place(event)] };
    this.strokes.push(this.stroke);
    this.#draw();
    return this.#tell();
  }

  #move(event) {
    if (this.loupe.moves(event) || !this.stroke) return;
    this.stroke.points.push(...(event.getCoalescedEvents?.() ?? [event]).map((one) => this.#place(one)));
    this.#draw();
  }

  #up(event) {
    this.loupe.lets(event);
    this.stroke = null;
  }

  /** Arrows move the brush, with Shift it paints on its way; Enter dabs. */
  #key(event) {
    const way = WAYS[event.key];
    if (!way && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    const { left, top, width, height } = this.getBoundingClientRect();
    const [x, y] = this.spot ?? [0.5, 0.5];
    this.spot = way ? [inside(x + (way[0] * STEP) / width), inside(y + (way[1] * STEP) / height)] : [x, y];
    const at = ([across, down]) => this.#place({ clientX: left + across * width, clientY: top + down * height });
    if (!way || event.shiftKey) {
      this.strokes.push({ tool: this.tool, size: this.size * this.#scale(), points: [at([x, y]), at(this.spot)] });
      this.#draw();
      this.#tell();
    }
    this.ring.put(this.spot[0] * width, this.spot[1] * height);
  }

  /** What the first of two fingers began was no stroke. */
  #drop() {
    if (this.stroke) this.undo();
    this.stroke = null;
  }

  #scale() {
    return this.canvas.width / this.canvas.getBoundingClientRect().width;
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.#scale();
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  #draw() {
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#strokesOn(pen, getComputedStyle(this).getPropertyValue("--accent"));
  }

  /** A fine stroke has a fine edge, or nothing would be left of it. */
  #strokesOn(pen, colour, feather = 0) {
    for (const { tool, size, points, shape } of this.strokes) {
      pen.filter = feather && !shape ? `blur(${Math.min(feather, size / EDGE)}px)` : "none";
      pen.globalCompositeOperation = tool === "eraser" ? "destination-out" : "source-over";
      if (shape) {
        pen.drawImage(tinted(shape, colour), 0, 0, this.canvas.width, this.canvas.height);
        continue;
      }
      Object.assign(pen, { lineWidth: size, lineCap: "round", lineJoin: "round", strokeStyle: colour });
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const point of points.length > 1 ? points : [points[0]]) pen.lineTo(...point);
      pen.stroke();
    }
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("painted"));
  }
}

/** What of a mask is white, on nothing. */
function white(picture) {
  const sheet = new OffscreenCanvas(picture.width, picture.height);
  const pen = sheet.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const pixels = pen.getImageData(0, 0, picture.width, picture.height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at];
  pen.putImageData(pixels, 0, 0);
  return sheet;
}

function tinted(shape, colour) {
  const sheet = new OffscreenCanvas(shape.width, shape.height);
  const pen = sheet.getContext("2d");
  pen.drawImage(shape, 0, 0);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = colour;
  pen.fillRect(0, 0, shape.width, shape.height);
  return sheet;
}

customElements.define("mask-editor", MaskEditor);
