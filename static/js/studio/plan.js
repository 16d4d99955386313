/** One press may mean many pictures: choices in the prompt, and one or two settings that vary. */

import { words } from "../api.js";

export const MOST = 24;
const CHOICE = /\{([^{}|]*(?:\|[^{}|]*)+)\}/;

/** `a {red|blue} boat` is two prompts. Braces without a bar are only text. */
export function prompts(text) {
  const found = CHOICE.exec(text);
  if (!found) return [text];
  const [whole, inside] = found;
  const made = inside.split("|").flatMap((word) => prompts(text.replace(whole, () => word.trim())));
  return [...new Set(made)];
}

/** What was typed beside the name of a setting: numbers, or names of styles, as they are or as this page calls them. */
export function values(name, typed, styles) {
  const parts = typed.split(",").map((part) => part.trim()).filter(Boolean);
  if (name === "style") return parts.map((part) => styles.find((style) => words[`style_${style}`]?.toLowerCase() === part.toLowerCase()) ?? part);
  return parts.map(Number).filter((number) => Number.isFinite(number));
}

/** Every combination, in the order of reading. */
export function plan(params, axes) {
  let planned = prompts(params.prompt).map((prompt) => ({ ...params, prompt }));
  for (const { name, values: all } of axes) {
    if (all.length) planned = planned.flatMap((one) => all.map((value) => ({ ...one, [name]: value })));
  }
  return planned;
}

/** Prices do not look at words: so many quotes are asked as there are different settings. */
export function settings(planned) {
  const groups = new Map();
  for (const params of planned) {
    const key = JSON.stringify({ ...params, prompt: "" });
    const group = groups.get(key) ?? { params, count: 0 };
    group.count += 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}
