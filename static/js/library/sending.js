/** Files on their way in. A large one goes in pieces: after a cut, or another day, only the rest is sent. */

import { Refusal, call, words } from "../api.js";

const WHOLE = 16 * 2 ** 20;
const PIECE = 8 * 2 ** 20;
const PATIENCE = [500, 1000, 2000, 4000, 8000];

export async function send(file) {
  if (file.size <= WHOLE) {
    const form = new FormData();
    form.append("file", file);
    return call("POST", "/assets", form);
  }
  const upload = await begun(file);
  const item = await (upload.parts ? straight(upload, file) : through(upload, file));
  localStorage.removeItem(mark(file));
  return item;
}

const mark = (file) => `upload:${file.name}:${file.size}:${file.lastModified}`;

async function begun(file) {
  const known = JSON.parse(localStorage.getItem(mark(file)) ?? "null");
  const alive = known && (await call("GET", `/uploads/${known.id}`).catch(() => null));
  if (alive && !alive.asset) return known;
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const headers = { "Upload-Length": file.size, "Upload-Metadata": `filename ${name}` };
  const { id, parts } = await call("POST", "/uploads", undefined, { headers });
  localStorage.setItem(mark(file), JSON.stringify({ id, parts }));
  return { id, parts };
}

async function through({ id }, file) {
  return patiently(async () => {
    let { offset, asset } = await call("GET", `/uploads/${id}`);
    while (!asset) {
      const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
      await call("PATCH", `/uploads/${id}`, file.slice(offset, offset + PIECE), { headers });
      ({ offset, asset } = await call("GET", `/uploads/${id}`));
    }
    return asset;
  });
}

async function straight({ id }, file) {
  return patiently(async () => {
    const missing = async () => (await call("POST", `/uploads/${id}/parts`)).items;
    for (let [part] = await missing(); part; [part] = await missing()) {
      const answer = await fetch(part.url, { method: "PUT", body: file.slice(part.at, part.at + part.bytes) }).catch(() => null);
      if (!answer?.ok) throw new Refusal(words.offline, "offline", {}, 0);
    }
    return call("POST", `/uploads/${id}/arrival`);
  });
}

async function patiently(work) {
  for (const pause of PATIENCE) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal && !error.passing) throw error;
      await new Promise((over) => setTimeout(over, pause));
    }
  }
  return work();
}
