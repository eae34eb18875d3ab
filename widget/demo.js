/* Fills the demo page: facts from GET /chat/clinic, the widget, the line to copy. */
(() => {
"use strict";

const ACCENT = "#5b6f5d";
const market = new URLSearchParams(location.search).get("market");
const one = (selector) => document.querySelector(selector);
const node = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

// Said only where the law lets a page name the medicine before the visitor does.
const NAMING_WORDS = {
  headline: "Micro-Botox, explained before you book.",
  lede: "Many tiny drops in the skin, not in the muscle. Ask what it feels like, how long it lasts and what it will not do, and get an answer with its sources.",
};

function addWidget() {
  const script = document.createElement("script");
  script.src = "/widget/chat.js";
  script.async = true;
  script.dataset.accent = ACCENT;
  if (market) script.dataset.market = market;
  document.body.append(script);
}

async function ask(words) {
  await customElements.whenDefined("faq-chat");
  const chat = one("faq-chat");
  if (words) chat.ask(words);
  else chat.open();
}

function fact(name, value, href) {
  for (const place of document.querySelectorAll(`[data-fact="${name}"]`)) {
    place.textContent = value || "";
    place.hidden = !value;
    if (href && value) place.href = href;
  }
}

function fill(clinic) {
  document.title = `${clinic.name} (demo)`;
  fact("name", clinic.name);
  fact("phone", clinic.phone, `tel:${clinic.tel}`);
  fact("opening", clinic.opening && clinic.opening.says);
  if (clinic.names_medicine_first) {
    for (const place of document.querySelectorAll("[data-says]")) {
      place.textContent = NAMING_WORDS[place.dataset.says];
    }
  }
  for (const { title, says } of clinic.starters || []) {
    const button = node("button", title);
    button.type = "button";
    button.dataset.ask = says;
    const item = document.createElement("li");
    item.append(button);
    one("#starters").append(item);
  }
  const rows = [["Address", clinic.address], ["Hours", clinic.hours], ["Phone", clinic.phone, `tel:${clinic.tel}`],
    ["Email", clinic.email, `mailto:${clinic.email}`]];
  for (const [term, value, href] of rows) {
    if (!value) continue;
    const detail = node("dd", href ? "" : value);
    if (href) detail.append(Object.assign(node("a", value), { href }));
    const row = document.createElement("div");
    row.append(node("dt", term), detail);
    one("#facts").append(row);
  }
  if (!one("#facts").children.length) one(".visit").hidden = true;
}

one("#line").textContent =
  `<script src="${location.origin}/widget/chat.js" data-accent="${ACCENT}" async><\/script>`;
one("#copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(one("#line").textContent);
    one("#copied").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(one("#line"));
    one("#copied").textContent = "Selected; press Ctrl or Command and C.";
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (button) ask(button.dataset.ask);
});

addWidget();
fetch(`/chat/clinic${market ? `?market=${encodeURIComponent(market)}` : ""}`)
  .then((response) => (response.ok ? response.json() : Promise.reject(new Error(`HTTP ${response.status}`))))
  .then(fill)
  .catch(() => { one(".ask").hidden = one(".visit").hidden = true; });
})();
