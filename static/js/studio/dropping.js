/** A picture dropped or pasted anywhere is one to start from. */

import { call } from "../api.js";
import { tell } from "../toast.js";

export function dropping(source) {
  const take = (file) => {
    if (!file?.type.startsWith("image/")) return;
    if (source) source.take(file);
    else handOver(file);
  };
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  addEventListener("paste", (event) => take(event.clipboardData.files[0]));
}

async function handOver(file) {
  const form = new FormData();
  form.append("file", file);
  const asset = await call("POST", "/assets", form).catch((error) => tell(error.message));
  if (asset) location.assign(`/studio/image_to_image/?image=${asset.id}`);
}
