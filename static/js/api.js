/** The API as this page calls it: the answer's data, or a Refusal that knows what to say. */

const BUSY = [409, 429];

export class Refusal extends Error {
  constructor(message, code, details, status) {
    super(message);
    Object.assign(this, { code, details: details ?? {}, status });
  }

  /** Trying again can help: the line was cut, the house broke on the way or is busy, perhaps with this very call. */
  get passing() {
    return !this.status || this.status >= 500 || BUSY.includes(this.status);
  }
}

/** Of a module that is loaded only when somebody asks for what it does. */
export const part = (loading) => loading.catch(() => Promise.reject(new Refusal(words.offline, "offline")));

const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

export async function call(method, path, body, options = {}) {
  const headers = { "X-CSRFToken": csrf(), Accept: "application/json", ...options.headers };
  let sent = body;
  if (body !== undefined && !(body instanceof FormData || body instanceof Blob)) {
    headers["Content-Type"] = "application/json";
    sent = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, { method, headers, body: sent, signal: options.signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(words.offline, "offline", {}, 0);
  }
  const told = await answer.json().catch(() => null);
  if (answer.ok) return told?.data;
  throw new Refusal(told?.message ?? words.broken, told?.error?.code, told?.error?.details, answer.status);
}

export const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
