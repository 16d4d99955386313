// The checkout led back here, perhaps before we were told of the payment: ask until the order has an end.
const place = document.querySelector('[data-order]')
const FIRST = 500
const LONGEST = 10_000

function show(order) {
  place.dataset.state = order.state
  for (const line of place.querySelectorAll('[data-when]')) line.hidden = line.dataset.when !== order.state
  const have = place.querySelector('[data-have]')
  if (have) have.textContent = order.available.toLocaleString(document.documentElement.lang)
  const meter = document.querySelector('credit-meter')
  if (meter) meter.textContent = order.available.toLocaleString(document.documentElement.lang)
}

async function look(pause) {
  const answer = await fetch(place.dataset.order, { headers: { Accept: 'application/json' } }).catch(() => null)
  if (answer?.ok) show((await answer.json()).data)
  if (place.dataset.state === 'open') setTimeout(look, pause, Math.min(pause * 1.5, LONGEST))
}

if (place.dataset.state === 'open') look(FIRST)
