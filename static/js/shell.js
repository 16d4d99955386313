/** What is alive on every page of somebody signed in: the credits in the rail, and whether there is a line. */

import { live } from "./live.js";
import "./pops.js";

class CreditMeter extends HTMLElement {
  connectedCallback() {
    for (const name of ["wallet", "snapshot"]) live.addEventListener(name, ({ detail }) => (this.textContent = detail.wallet.available.toLocaleString(document.documentElement.lang)));
  }
}

customElements.define("credit-meter", CreditMeter);

const banner = document.querySelector("[data-offline]");
live.addEventListener("line", ({ detail }) => (banner.hidden = detail.up));
// The studio begins by itself: it knows at which number its page was made.
if (!document.querySelector("studio-composer")) live.begin();
