/** One press may mean many pictures: choices in the prompt, and one or two settings that vary. */

import { words } from "../api.js";

export const MOST = 24;
const COUNTED = 1000; // what is more is too many, however many it is
const BROKEN = ["guidance", "strength"]; // these need not be whole numbers
const CHOICE = /\{([^{}|]*(?:\|[^{}|]*)+)\}/;

/** `a {red|blue} boat` is two prompts. Braces without a bar are only text. Somebody's link may bring forty choices of two. */
export function prompts(text) {
  const made = new Set();
  const waiting = [text];
  while (waiting.length && made.size + waiting.length < COUNTED) {
    const one = waiting.pop();
    const found = CHOICE.exec(one);
    if (!found) made.add(one);
    else waiting.push(...found[1].split("|").map((word) => one.replace(found[0], () => word.trim())).reverse());
  }
  return [...made, ...waiting.reverse()];
}

/** What was typed beside the name of a setting: numbers, or names of styles, as they are or as this page calls them. */
export function values(name, typed, styles) {
  const parts = (name === "style" ? typed : pointed(name, typed)).split(/[,;]/).map((part) => part.trim()).filter(Boolean);
  if (name === "style") return parts.map((part) => styles.find((style) => words[`style_${style}`]?.toLowerCase() === part.toLowerCase()) ?? part);
  return parts.map(Number).filter((number) => Number.isFinite(number));
}

/** `2,5; 3` is two and a half and three where people write so; `2, 4` and `2,4,8` are lists everywhere. */
function pointed(name, typed) {
  const comma = (2.5).toLocaleString(document.documentElement.lang).includes(",");
  if (!comma || !BROKEN.includes(name)) return typed;
  return typed.replace(/[^;\s]+/g, (part) => (/^\d+,\d+,?$/.test(part) ? part.replace(",", ".") : part));
}

/** Every combination, in the order of reading. */
export function plan(params, axes) {
  let planned = prompts(params.prompt).map((prompt) => ({ ...params, prompt }));
  for (const { name, values: all } of axes) {
    if (all.length) planned = planned.slice(0, COUNTED).flatMap((one) => all.map((value) => ({ ...one, [name]: value })));
  }
  return planned;
}

/** One that a picture can have. */
const sound = (seed) => seed === undefined || (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);

/** Prices look neither at words nor at chance: so many quotes are asked as there are different settings. */
export function settings(planned) {
  const groups = new Map();
  for (const params of planned) {
    const key = JSON.stringify({ ...params, prompt: "", seed: sound(params.seed) });
    const group = groups.get(key) ?? { key, params, count: 0 };
    group.count += 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}
