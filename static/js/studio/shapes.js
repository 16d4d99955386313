/** The sizes that a model makes well: its own list, or its area in the usual proportions. */

const LEAST = 64; // of a side, as the API says
const PROPORTIONS = [[4, 3], [3, 4], [16, 9], [9, 16]];

export function shapes({ defaults: { width, height }, limits }) {
  if (limits.sizes) return limits.sizes.map((size) => size.join("x"));
  const step = limits.multiple ?? 8;
  const fit = ([across, up]) => {
    const scale = Math.sqrt((width * height) / (across * up));
    return [across, up].map((side) => Math.max(LEAST, Math.round((side * scale) / step) * step)).join("x");
  };
  return [`${width}x${height}`, ...PROPORTIONS.map(fit)];
}
