/** The whole studio by keyboard. Every key does what a button does. */

export const CLOSER = 1.5;
const BRUSH = 4;
const HELD = ["ArrowLeft", "ArrowRight", "+", "=", "-", "[", "]"];
const DEEDS = { r: "remix", v: "vary", u: "use", s: "star", d: "download", Delete: "trash" };
export const typing = (target) => target.closest("input:not([type=range], [type=radio]), textarea, select, [contenteditable]");

export function keys({ roll, stage, composer, deeds, sheet }) {
  const help = document.querySelector("[data-help]");
  const plain = {
    ArrowLeft: () => roll.step(1),
    ArrowRight: () => roll.step(-1),
    "?": () => help.showModal(),
    "/": () => composer.fields.prompt.focus(),
    z: () => document.querySelector(".toast [data-undo]")?.click(),
    Escape: () => (sheet.hidden ? cancel(roll, deeds) : sheet.close()),
    ...closer(composer.picker?.querySelector("mask-editor")),
  };
  addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.repeat && !HELD.includes(event.key)) {
      // A button or a field with the focus would press on by itself.
      if (event.key === "Enter" && !event.target.matches("textarea")) event.preventDefault();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      composer.press();
    }
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = event.key.startsWith("Arrow") && event.target.matches("input");
    // Behind what lies side by side is a frame that nobody sees.
    const hidden = !sheet.hidden && (event.key.startsWith("Arrow") || event.key in DEEDS);
    const deed = moves || hidden ? undefined : (plain[event.key] ?? (DEEDS[event.key] && (() => stage.press(DEEDS[event.key]))));
    if (!deed) return;
    event.preventDefault();
    deed();
  });
}

function closer(mask) {
  if (!mask) return {};
  const [inward, outward] = [() => mask.loupe.closer(CLOSER), () => mask.loupe.closer(1 / CLOSER)];
  return { "+": inward, "=": inward, "-": outward, 0: () => mask.loupe.whole(), "[": () => wider(-1), "]": () => wider(1) };
}

function wider(way) {
  const slider = document.querySelector("[data-mask-size]");
  way > 0 ? slider.stepUp(BRUSH) : slider.stepDown(BRUSH);
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}

function cancel(roll, deeds) {
  const job = roll.get(roll.selected);
  if (["queued", "running"].includes(job?.status)) deeds.cancel(job).catch((error) => deeds.tell(error.message));
}
