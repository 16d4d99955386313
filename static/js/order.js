// The checkout led back here, perhaps before Stripe has told us: ask until the order has an end.
const place = document.querySelector('[data-order]')
const FIRST = 500
const LONGEST = 10_000

function show(state) {
  place.dataset.state = state
  for (const line of place.querySelectorAll('[data-when]')) line.hidden = line.dataset.when !== state
}

async function look(pause) {
  const answer = await fetch(place.dataset.order, { headers: { Accept: 'application/json' } }).catch(() => null)
  if (answer?.ok) show((await answer.json()).data.state)
  if (place.dataset.state === 'open') setTimeout(look, pause, Math.min(pause * 1.5, LONGEST))
}

if (place.dataset.state === 'open') look(FIRST)
