/** Joins the parts of the studio; each knows only itself. */

import { call, words } from "../api.js";
import { Live } from "../live.js";
import "./mask.js";
import "./composer.js";
import { cancel } from "./stage.js";
import { Roll } from "./roll.js";
import { Source } from "./source.js";
import { Strip } from "./strip.js";

const state = JSON.parse(document.getElementById("state").textContent);
const composer = document.querySelector("studio-composer");
const stage = document.querySelector("print-stage");
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

if (composer) begin();

function begin() {
  const roll = new Roll(state.jobs, state.roll);
  composer.begin(state.tool);
  const source = composer.picker ? new Source(composer, tell) : null;
  if (source && state.source) source.use(state.source);
  if (state.remix) composer.load(state.remix);
  stage.begin(roll, actions(roll, source), state.tool.models[0].examples);
  new Strip(document.querySelector(".roll"), roll);
  listen(roll, new Live());
  pressing(roll);
  dropping(source);
  keys(roll);
}

function pressing(roll) {
  composer.addEventListener("pressed", ({ detail }) => roll.expose(detail.id, detail.sketch));
  composer.addEventListener("accepted", ({ detail }) => {
    composer.lastSeed = detail.job.seed;
    roll.settle(detail.ahead, detail.job);
  });
  composer.addEventListener("refused", ({ detail }) => roll.refuse(detail.ahead, detail.error));
}

function listen(roll, live) {
  live.addEventListener("job", ({ detail }) => roll.hear(detail.job));
  live.addEventListener("preview", ({ detail }) => roll.preview(detail));
  live.addEventListener("wallet", ({ detail }) => meter(detail.wallet.available));
  live.addEventListener("snapshot", ({ detail }) => {
    meter(detail.wallet.available);
    for (const job of [...detail.jobs].reverse()) if (roll.get(job.id)) roll.hear(job);
  });
  live.addEventListener("line", ({ detail }) => (document.querySelector("[data-offline]").hidden = detail.up));
}

function meter(available) {
  for (const one of document.querySelectorAll("credit-meter")) one.textContent = available;
}

function actions(roll, source) {
  return {
    tell,
    cancel,
    retry: async (job) => roll.hear(await call("POST", `/jobs/${job.id}/retry`)),
    remix: (job) => reload(job, source, { seed: true }),
    vary: async (job) => {
      reload(job, source, { seed: false });
      await composer.press();
    },
    use: (_job, output) => (source ? source.use(output.id) : location.assign(`/studio/image_to_image/?image=${output.id}`)),
    star: async (_job, output) => Object.assign(output, await call("PATCH", `/assets/${output.id}`, { starred: !output.starred })),
    trash: (job, output) => throwAway(roll, job, output),
    example: (prompt) => {
      composer.fields.prompt.value = prompt;
      composer.form.dispatchEvent(new Event("input", { bubbles: true }));
      composer.fields.prompt.focus();
    },
  };
}

function reload(job, source, how) {
  if (job.tool !== state.tool.name && job.params.image) {
    location.assign(`/studio/${job.tool}/?image=${job.params.image}`);
    return;
  }
  composer.load(job.params, how);
  if (source && job.params.image) source.use(job.params.image);
}

async function throwAway(roll, job, output) {
  await call("DELETE", `/assets/${output.id}`);
  job.outputs = job.outputs.filter((one) => one.id !== output.id);
  if (job.outputs.length) roll.hear(job);
  else roll.remove(job.id);
  tell(words.trashed, words.undo, async () => {
    await call("PATCH", `/assets/${output.id}`, { trashed: false });
    roll.hear(await call("GET", `/jobs/${job.id}`));
  });
}

function tell(sentence, label, undo) {
  document.querySelector(".toast")?.remove();
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  toast.append(sentence);
  if (label) {
    const button = document.createElement("button");
    button.className = "button plain";
    button.textContent = label;
    button.addEventListener("click", () => {
      toast.remove();
      undo();
    });
    toast.append(button);
  }
  document.body.append(toast);
  setTimeout(() => toast.remove(), 8000);
}

function dropping(source) {
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

function keys(roll) {
  const help = document.querySelector("[data-help]");
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.press();
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowLeft") roll.step(1);
    if (event.key === "ArrowRight") roll.step(-1);
    if (event.key === "?") help.showModal();
    const job = roll.get(roll.selected);
    if (event.key === "Escape" && ["queued", "running"].includes(job?.status)) cancel(job).catch((error) => tell(error.message));
  });
}
