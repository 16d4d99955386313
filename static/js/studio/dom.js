/** Elements without templates in strings: text is only ever text here. */

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) made.style.setProperty(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `/static/img/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export const ratio = (params) => (params?.width ?? 1) / (params?.height ?? 1);

export function mark(job) {
  const { width, height } = job.params?.width ? job.params : (job.outputs?.[0] ?? {});
  const cost = job.cost ? job.cost.charged || job.cost.quoted : job.credits;
  return [`▸ ${String(job.number).padStart(3, "0")}`, width ? `${width}×${height}` : "", cost === undefined ? "" : `${cost} cr`].filter(Boolean).join(" · ");
}
