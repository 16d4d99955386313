/** What can be done with a frame and its pictures. */

import { call, fill, part, words } from "../api.js";
import { tell } from "../toast.js";
import { uuid } from "../uuid.js";

export function actions({ roll, source, composer, tool, compare }) {
  let share = null;
  // Few pictures are shared: what that takes comes when it is asked for.
  const sharing = async () => {
    const { Share } = await part(import("./share.js"));
    return (share ??= new Share(document.querySelector("[data-share]")));
  };
  /** True when it lies in the form, and nothing else was chosen before its picture came. */
  const reload = async (job, how) => {
    if (job.tool !== tool.name && (job.params.image || source)) {
      location.assign(`/studio/${job.tool}/?${wanted(job)}`);
      return false;
    }
    composer.load(job.params, how);
    if (source) composer.open(true);
    return source ? source.recall(job.params) : true;
  };
  const take = (job) => {
    // What the line told of it meanwhile is newer than the answer to a second asking.
    if (!roll.get(job.id)) roll.hear(job);
    roll.select(job.id);
  };
  const again = async (job) => take(await call("POST", `/jobs/${job.id}/retry`));
  /** As it was, with another seed. What stands in the form is left alone. */
  const vary = ({ tool: name, params, cost }) => {
    const ahead = `ahead-${uuid()}`;
    const wish = { tool: name, params: { ...params }, sheet: null };
    delete wish.params.seed;
    roll.expose(ahead, { ...wish, credits: cost.quoted });
    return composer.post(ahead, wish);
  };
  const start = (output, name) => {
    if (!source || (name === "inpaint" && tool.name !== name)) return location.assign(`/studio/${name}/?image=${output.id}`);
    composer.open(true);
    return source.use(output.id);
  };
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
    vary,
    use: (_job, output) => start(output, "image_to_image"),
    paint: (_job, output) => start(output, "inpaint"),
    enlarge: (job, output) => enlarge(take, job, output),
    compare: (job) => compare(job.sheet),
    share: async (_job, output) => (await sharing()).open(output),
    star: async (_job, output) => Object.assign(output, await call("PATCH", `/assets/${output.id}`, { starred: !output.starred })),
    trash: (job, output) => throwAway(roll, job, output),
    example: (prompt) => composer.write(prompt),
  };
}

function wanted(job) {
  const given = { image: job.params.image, again: job.id };
  return new URLSearchParams(Object.entries(given).filter(([, id]) => id));
}

/** What it costs is said first: nobody sees a price on that button. */
async function enlarge(take, job, output) {
  const wish = { tool: "upscale", params: { image: output.id, prompt: job?.params.prompt ?? "" } };
  const { credits } = await call("POST", "/quotes", wish);
  offer(take, wish, uuid(), fill(words.larger, { credits }), words.make);
}

/** Under one key: what may have arrived although its answer did not is neither made nor paid twice. */
function offer(take, wish, key, sentence, label) {
  tell(sentence, label, async () => {
    try {
      take(await call("POST", "/jobs", wish, { headers: { "Idempotency-Key": key } }));
    } catch (error) {
      if (!error.passing) throw error;
      offer(take, wish, key, error.message, words.retry);
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
