/** <usage-chart>: what was spent in thirty days, a bar a day, and by which key. */

const DAYS = 30;
const DAY = 86_400_000;
const LANGUAGE = document.documentElement.lang;

class UsageChart extends HTMLElement {
  async connectedCallback() {
    const answer = await fetch(`/api/v1/wallet/usage?days=${DAYS}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { data } = await answer.json();
    this.querySelector("[data-sum]").textContent = data.credits.toLocaleString(LANGUAGE);
    this.#days(data);
    this.#keys(data.items);
  }

  #days({ since, items }) {
    const sums = new Map(Array.from({ length: DAYS }, (_, place) => [new Date(Date.parse(since) + place * DAY).toISOString().slice(0, 10), 0]));
    for (const { day, credits } of items) sums.set(day, (sums.get(day) ?? 0) + credits);
    const most = Math.max(1, ...sums.values());
    const bars = [...sums].map(([day, credits]) => {
      const bar = document.createElement("span");
      bar.style.setProperty("--share", credits / most);
      bar.title = `${new Date(day).toLocaleDateString(LANGUAGE, { timeZone: "UTC", dateStyle: "medium" })} · ${credits.toLocaleString(LANGUAGE)} cr`;
      return bar;
    });
    this.querySelector(".bars").replaceChildren(...bars);
  }

  #keys(items) {
    const sums = new Map();
    for (const { key_name, credits } of items) {
      const name = key_name || this.dataset.hand;
      sums.set(name, (sums.get(name) ?? 0) + credits);
    }
    const rows = [...sums].sort(([, one], [, other]) => other - one).flatMap(([name, credits]) => {
      const [term, value] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      value.textContent = `${credits.toLocaleString(LANGUAGE)} cr`;
      value.className = "figure number";
      return [term, value];
    });
    this.querySelector(".facts").replaceChildren(...rows);
  }
}

customElements.define("usage-chart", UsageChart);
