/** What can be done with a frame and its pictures. */

import { call, fill, words } from "../api.js";
import { tell } from "../toast.js";
import { uuid } from "../uuid.js";
import { Share } from "./share.js";

export function actions({ roll, source, composer, tool, sheet }) {
  const share = new Share(document.querySelector("[data-share]"));
  const reload = async (job, how) => {
    if (job.tool !== tool.name && (job.params.image || source)) {
      location.assign(`/studio/${job.tool}/?${wanted(job)}`);
      return false;
    }
    // First, as a picture chooses the shape that is nearest to its own.
    await source?.recall(job.params);
    composer.load(job.params, how);
    return true;
  };
  const again = async (job) => roll.hear(await call("POST", `/jobs/${job.id}/retry`));
  const once = async (job) => {
    if (job.wish) {
      roll.ask(job.id);
      return composer.post(job.id, job.wish);
    }
    // The server never knew of that one: it is asked for anew.
    if (!(await reload(job, { focus: false }))) return undefined;
    roll.remove(job.id);
    return composer.press();
  };
  return {
    tell,
    cancel: (job) => call("POST", `/jobs/${job.id}/cancellation`),
    retry: (job) => (job.status === "refused" ? once(job) : again(job)),
    remix: (job) => reload(job, { seed: true }),
    vary: async (job) => (await reload(job, { seed: false, focus: false })) && composer.press(),
    use: (_job, output) => (source ? source.use(output.id) : location.assign(`/studio/image_to_image/?image=${output.id}`)),
    paint: (_job, output) => (tool.name === "inpaint" ? source.use(output.id) : location.assign(`/studio/inpaint/?image=${output.id}`)),
    enlarge: (job, output) => enlarge(roll, job, output),
    compare: (job) => sheet.open(job.sheet),
    share: (_job, output) => share.open(output),
    star: async (_job, output) => Object.assign(output, await call("PATCH", `/assets/${output.id}`, { starred: !output.starred })),
    trash: (job, output) => throwAway(roll, job, output),
    example: (prompt) => composer.write(prompt),
  };
}

function wanted(job) {
  const given = { image: job.params.image, remix: job.outputs[0]?.id };
  return new URLSearchParams(Object.entries(given).filter(([, id]) => id));
}

/** What it costs is said first: nobody sees a price on that button. */
async function enlarge(roll, job, output) {
  const wish = { tool: "upscale", params: { image: output.id, prompt: job?.params.prompt ?? "" } };
  const { credits } = await call("POST", "/quotes", wish);
  offer(roll, wish, uuid(), fill(words.larger, { credits }), words.make);
}

/** Under one key: what may have arrived although its answer did not is neither made nor paid twice. */
function offer(roll, wish, key, sentence, label) {
  tell(sentence, label, async () => {
    try {
      const made = await call("POST", "/jobs", wish, { headers: { "Idempotency-Key": key } });
      roll.hear(made);
      roll.select(made.id);
    } catch (error) {
      if (!error.passing) throw error;
      offer(roll, wish, key, error.message, words.retry);
    }
  });
}

async function throwAway(roll, job, output) {
  const place = roll.placeOf(job.id);
  await call("DELETE", `/assets/${output.id}`);
  job.outputs = job.outputs.filter((one) => one.id !== output.id);
  if (job.outputs.length) roll.hear(job);
  else roll.remove(job.id);
  tell(words.trashed, words.undo, async () => {
    await call("PATCH", `/assets/${output.id}`, { trashed: false });
    roll.putBack({ ...(await call("GET", `/jobs/${job.id}`)), number: job.number }, place);
  });
}
