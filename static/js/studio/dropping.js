/** A picture dropped or pasted anywhere is one to start from. */

import { call } from "../api.js";
import { tell } from "../toast.js";
import { typing } from "./keys.js";

export function dropping(source) {
  const take = (file) => {
    if (!file?.type.startsWith("image/")) return;
    if (source) source.take(file);
    else handOver(file);
  };
  const files = (event) => event.dataTransfer.types.includes("Files");
  addEventListener("dragover", (event) => files(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  // Tables are copied as a picture of themselves as well: where words are written, words are meant.
  addEventListener("paste", (event) => {
    const { files: pasted, types } = event.clipboardData;
    if (!(typing(event.target) && types.includes("text/plain"))) take(pasted[0]);
  });
}

async function handOver(file) {
  const form = new FormData();
  form.append("file", file);
  const asset = await call("POST", "/assets", form).catch((error) => tell(error.message));
  if (asset) location.assign(`/studio/image_to_image/?image=${asset.id}`);
}
