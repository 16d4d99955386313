/** Joins the parts of the studio; each knows only itself. */

import { part } from "../api.js";
import { live } from "../live.js";
import "../pops.js";
import { tell } from "../toast.js";
import { actions } from "./actions.js";
import "./composer.js";
import { Draft } from "./draft.js";
import { dropping } from "./dropping.js";
import { History } from "./history.js";
import { keys } from "./keys.js";
import { Presets } from "./presets.js";
import { Roll } from "./roll.js";
import { Source } from "./source.js";
import "./stage.js";
import { Strip } from "./strip.js";
import { Waits } from "./waits.js";

const state = JSON.parse(document.getElementById("state").textContent);
const composer = document.querySelector("studio-composer");

// Who paints over nothing need not wait for the brush.
if (document.querySelector("mask-editor")) await import("./mask.js");
if (composer) begin();

function begin() {
  const roll = new Roll(state.jobs, state.roll);
  composer.begin(state.tool, state.pictures);
  const source = composer.picker ? new Source(composer, tell, roll) : null;
  if (source && state.source) state.remix ? source.recall({ image: state.source, mask: state.remix.mask }) : source.use(state.source);
  // On a phone what is to be chosen or painted lies in the sheet.
  if (source) composer.open(true);
  const draft = new Draft(composer);
  if (state.remix ?? state.preset) composer.load(state.remix ?? state.preset);
  else draft.restore(state.source ? null : source);
  new History(composer);
  new Presets(composer, state.presets);
  const stage = document.querySelector("print-stage");
  const sheet = document.querySelector("comparison-sheet");
  // What is held side by side takes more than one at a time does.
  const compare = async (id) => {
    await part(import("./sheet.js"));
    if (!sheet.roll) sheet.begin(roll, stage);
    sheet.open(id);
  };
  const deeds = actions({ roll, source, composer, tool: state.tool, compare });
  stage.begin(roll, deeds, state.tool.models[0].examples);
  composer.addEventListener("compared", ({ detail }) => compare(detail).catch((error) => tell(error.message)));
  if (state.opened) reopen(roll, compare);
  if (state.instead === "upscale" && state.source) deeds.enlarge(null, { id: state.source }).catch((error) => deeds.tell(error.message));
  new Strip(document.querySelector(".roll"), roll);
  new Waits(roll);
  listen(roll);
  pressing(roll);
  dropping(source);
  keys({ roll, stage, composer, deeds, sheet });
  begun();
}

/** What the address asked for has been done. A reload, or a change of language, goes on from what came of it. */
function begun() {
  const job = new URLSearchParams(location.search).get("job");
  history.replaceState(history.state, "", location.pathname + (job ? `?job=${encodeURIComponent(job)}` : ""));
  for (const next of document.querySelectorAll('input[name="next"]')) next.value = location.pathname + location.search;
}

function reopen(roll, compare) {
  roll.select(state.opened.job);
  if (state.opened.sheet) compare(state.opened.sheet).catch((error) => tell(error.message));
}

function pressing(roll) {
  composer.addEventListener("pressed", ({ detail }) => roll.expose(detail.id, detail.sketch));
  composer.addEventListener("accepted", ({ detail }) => {
    composer.lastSeed = detail.job.seed;
    roll.settle(detail.ahead, detail.job);
  });
  composer.addEventListener("refused", ({ detail }) => roll.refuse(detail.ahead, detail.error, detail.wish));
}

function listen(roll) {
  live.addEventListener("job", ({ detail }) => roll.hear(detail.job));
  live.addEventListener("preview", ({ detail }) => roll.preview(detail));
  live.addEventListener("snapshot", ({ detail }) => {
    for (const job of [...detail.jobs].reverse()) if (roll.get(job.id)) roll.hear(job);
  });
  // What was said about the line is no longer so.
  live.addEventListener("line", ({ detail }) => detail.up && composer.heard());
  live.begin(state.seq);
}
