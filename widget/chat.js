/*
 * The chat widget: one script, one custom element, no dependency, no build step.
 *
 *   <script src="https://chat.clinic.example/widget/chat.js" data-accent="#5b6f5d" async></script>
 *
 * It adds <faq-chat> to the page and talks only to the origin it was loaded from. Attributes ("data-"
 * on the script, plain on the element): accent (any CSS colour), font="inherit", position="left",
 * phone (shown when the server cannot be reached). For the page's own buttons: open(), close(), ask(text).
 * Nothing is requested before the visitor touches the launcher, nothing is stored before the first
 * message. The protocol is in docs/protocol.md.
 */
(() => {
"use strict";
if (!window.customElements || customElements.get("faq-chat")) return;

// ---------------------------------------------------------------- words and numbers

const script = document.currentScript || document.querySelector('script[src*="/widget/chat.js"]');
const SERVER = new URL(script?.src || location.href, location.href).origin;
const STORAGE_KEY = `faqchat:${SERVER}`;
const MAX_CHARACTERS = 500; // code points, as the server counts them
const COUNT_FROM = 420; // the counter stays out of sight until the end is near
const TYPING_AFTER = 300; // ms; most answers are faster, and dots that flash are noise
const SILENCE = 20000; // ms without a byte: the line is dead (the server beats more often)
const RETRY_WAITS = [1, 2, 4, 8, 15]; // seconds, 30 in all
const LATE_WAITS = [2, 5, 10]; // seconds, after an apology
const FRESH = 30000; // ms for which what the clinic says of itself is not asked again
const NARROW = matchMedia("(max-width: 479.98px), (max-height: 479.98px)");
const TOUCH = matchMedia("(hover: none) and (pointer: coarse)");
const WORDS = {
  launcher: "Ask a question",
  disclosure: "Automated assistant, not a clinician. Not for emergencies.",
  field: "Type your question",
  starters: "You could ask",
  care: "Please don\u2019t type medical details.",
  offline: "The assistant cannot be reached right now.",
  refused: "The assistant is not set up for this page.",
  reconnecting: "Reconnecting\u2026",
  lost: "Your last message may not have got through. Please type it again.",
  tooLong: `Please keep it to ${MAX_CHARACTERS} characters.`,
};

// ---------------------------------------------------------------- colour

const WHITE = [255, 255, 255];
const LIGHT_CANVAS = [246, 245, 242]; // the darkest light ground that accent-coloured words stand on
const DARK_CARD = [37, 41, 43];

/** Any CSS colour as [r, g, b]; the browser does the parsing. */
function rgb(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = "#4f6353"; // stays when the text is no colour
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

const mix = (a, b, share) => a.map((value, i) => value + (b[i] - value) * share);
const css = (colour) => `rgb(${colour.map(Math.round).join(" ")})`;

const linear = (value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

/** Move `colour` towards black or white until words in it can be read on `ground`. */
function readable(colour, ground, towards, ratio) {
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  let result = colour;
  while (contrast(luminance(result), luminance(ground)) < ratio) result = mix(result, towards, 0.05);
  return result;
}

function palette(accent) {
  const light = readable(accent, LIGHT_CANVAS, [0, 0, 0], 4.6); // then it is over 4.5 on white, too
  const dark = readable(accent, DARK_CARD, WHITE, 6.5);
  return { "--accent-light": css(light), "--accent-dark": css(dark),
    "--tint-light": css(mix(light, WHITE, 0.86)), "--tint-dark": css(mix(dark, DARK_CARD, 0.8)) };
}

// ---------------------------------------------------------------- building nodes

// Everything on screen is built node by node: text from the server is only ever text.
const builder = (create) => (tag, attributes = {}, ...children) => {
  const node = create(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value != null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child != null && child !== false));
  return node;
};
const h = builder((tag) => document.createElement(tag));
const s = builder((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));

const unseen = (text) => h("span", { class: "unseen" }, text);
const button = (name, click, ...children) => h("button", { type: "button", class: name, click }, ...children);
const icon = (d) => s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, s("path", { d }));
const CALL = "M6.6 3.5h2.7l1.5 4-2 1.6a12 12 0 0 0 6.1 6.1l1.6-2 4 1.5v2.7a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4.6 5.7a2 2 0 0 1 2-2.2Z";
const CLOSE = "M6 6l12 12M18 6L6 18";
const SEND = "M12 19V5M6 11l6-6 6 6";

const isWeb = (address) => /^https?:/i.test(address || "");
const telHref = (phone) => `tel:${String(phone).replace(/[^\d+]/g, "")}`;
const link = (href, ...words) => isWeb(href)
  ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...words, unseen(" (opens in a new tab)"))
  : h("a", { href }, ...words);

// ---------------------------------------------------------------- a small Markdown

// **bold**, [words](address), bare addresses; lists and line breaks are in `blocks`.
const INLINE = /\*\*(.+?)\*\*|\[([^\]]+)\]\(((?:https?:|tel:|mailto:)[^\s)]+)\)|(https?:\/\/[^\s<>()]*[^\s<>().,;:!?])/gi;

/** Known numbers and addresses, as whole words, become links: `known` is [{text, href}]. */
function tappable(text, known) {
  const nodes = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const hit = known.find((entry) => text.startsWith(entry.text, at));
    if (!hit) continue;
    const end = at + hit.text.length;
    // 911 in "$911", "9,911" or "911.5" is not the number to call.
    if (/[\p{L}\p{N}_$£€+#@/-]$|\d[.,:]$/u.test(text.slice(0, at))) continue;
    if (/^[\p{L}\p{N}_%@/-]|^[.,:]\d/u.test(text.slice(end))) continue;
    nodes.push(text.slice(from, at), h("a", { href: hit.href, class: "tap" }, hit.text));
    from = end;
    at = end - 1;
  }
  return [...nodes, text.slice(from)];
}

function inline(text, known) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, bold, words, address, bare] = match;
    nodes.push(...tappable(text.slice(from, match.index), known),
      bold ? h("strong", {}, inline(bold, known)) : link(address || bare, words || bare));
    from = match.index + whole.length;
  }
  return [...nodes, ...tappable(text.slice(from), known)];
}

/** Text of the server as paragraphs and lists. */
function blocks(text, known) {
  const result = [];
  let open = null; // the paragraph or list that the next line belongs to
  for (const line of String(text ?? "").split(/\r?\n/)) {
    const item = /^\s*[-\u2022]\s+(.*)/.exec(line);
    const tag = item ? "UL" : "P";
    if (!line.trim()) { open = null; continue; }
    if (open?.tagName !== tag) result.push((open = h(tag)));
    else if (!item) open.append(h("br"));
    open.append(...(item ? [h("li", {}, inline(item[1], known))] : inline(line, known)));
  }
  return result;
}

// ---------------------------------------------------------------- the figure

/** A slice of skin with the three depths. Drawn here so that it needs no request. */
function skinDepth(key) {
  const line = (name, x, y1, y2) => s("line", { class: name, x1: x, x2: x, y1, y2 });
  const label = (x, y, text, name) => s("text", { x, y, class: name }, text);
  const lobules = [[84, 141], [112, 150], [140, 139], [167, 150], [196, 140], [225, 151], [247, 139], [300, 148]];
  return h("figure", {},
    s("svg", { viewBox: "0 0 316 222", role: "img", class: "skin", "aria-labelledby": `${key}t ${key}d` },
      s("title", { id: `${key}t` }, "How deep each one goes"),
      s("desc", { id: `${key}d` }, "A slice of skin, from the top: epidermis, dermis, fat, muscle. " +
        "Micro-Botox is many tiny drops in the dermis, which is part of the skin. " +
        "Microneedling makes very fine channels from the surface into the upper skin. " +
        "Standard Botox goes deeper, through the fat, into the muscle."),
      s("rect", { x: 0, y: 58, width: 316, height: 164, rx: 8, class: "muscle" }),
      s("path", { d: "M0 124H316V174Q237 168 158 174T0 174Z", class: "fat" }),
      s("path", { d: "M0 72H316V126Q277 131 237 126T158 126T79 126T0 126Z", class: "dermis" }),
      s("path", { class: "epidermis", d: "M0 66a8 8 0 0 1 8-8H308a8 8 0 0 1 8 8V75" +
        "Q303 80 290 75T264 75T237 75T211 75T185 75T158 75T132 75T105 75T79 75T53 75T26 75T0 75Z" }),
      lobules.map(([cx, cy]) => s("ellipse", { cx, cy, rx: 10, ry: 7, class: "texture" })),
      [184, 193, 202, 211].map((y) => s("path", { d: `M76 ${y}q60 -5 120 0t120 0`, class: "texture" })),
      [82, 93, 104, 115, 126].map((cx) => [line("hair", cx, 46, 88), s("circle", { cx, cy: 91, r: 3.5, class: "drop" })]),
      s("path", { d: "M158 56.5H210", class: "film" }),
      [164, 172, 180, 188, 196, 204].map((x) => line("channel", x, 59, 94)),
      line("needle", 269, 46, 190), s("ellipse", { cx: 269, cy: 197, rx: 13, ry: 8, class: "drop" }),
      [[97, "Micro-Botox", "in the skin"], [178, "Microneedling", "fine channels"], [269, "Standard Botox", "in the muscle"]]
        .map(([x, name, where]) => [label(x, 16, name, "name"), label(x, 32, where, "where")]),
      [[70, "Epidermis"], [104, "Dermis"], [152, "Fat"], [202, "Muscle"]].map(([y, name]) => label(8, y, name))),
    h("figcaption", {}, "How deep each one goes. Not to scale."));
}

// ---------------------------------------------------------------- talking to the server

class Server {
  memory = ""; // where storage is blocked, the conversation lives as long as the page

  get token() {
    try { return localStorage.getItem(STORAGE_KEY) || this.memory; } catch { return this.memory; }
  }

  set token(token) {
    this.memory = token;
    try { localStorage.setItem(STORAGE_KEY, token); } catch { /* see `memory` */ }
  }

  /** Id of the message that is on its way, so that a reload does not lose it silently; never its words. */
  get pending() {
    try { return sessionStorage.getItem(STORAGE_KEY); } catch { return null; }
  }

  set pending(id) {
    try { sessionStorage.setItem(STORAGE_KEY, id); } catch { /* then a reload may lose it */ }
  }

  async request(path, { body, token, signal = AbortSignal.timeout?.(SILENCE) } = {}) {
    const headers = { ...(body && { "Content-Type": "application/json" }), ...(token && { Authorization: `Bearer ${token}` }) };
    const response = await fetch(SERVER + path, { method: body ? "POST" : "GET", headers, signal,
      body: body && JSON.stringify(body), credentials: "omit", cache: "no-store" });
    if (response.ok) return response;
    const answer = await response.json().catch(() => null);
    // Another tab may already have a new session: only the token that was refused is dropped.
    if (response.status === 401 && this.token === token) this.token = "";
    const refusal = response.status === 401 || answer?.says ? answer || {} : null;
    // Without a refusal it is a proxy's error page: as good as no network.
    throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status, refusal });
  }

  async text(path, options) { return (await this.request(path, options)).text(); }

  async session() { return (this.token ||= JSON.parse(await this.text("/chat/session", { body: {} })).token); }

  /** Send one message, hand each line of the answer to `take`; true when the last one was "end". */
  async send({ id, text }, token, take) {
    const controller = new AbortController();
    const watch = () => setTimeout(() => controller.abort(), SILENCE);
    let timer = watch();
    try {
      const response = await this.request("/chat/messages", { body: { id, text }, token, signal: controller.signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      let last = null;
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        clearTimeout(timer);
        timer = watch();
        const whole = (rest + part.value).split("\n");
        rest = whole.pop();
        for (last of parsed(whole)) take(last);
      }
      return last?.kind === "end";
    } finally {
      clearTimeout(timer);
    }
  }

  /** After a request without an answer: is the server up and only this page refused (no CORS header)? */
  refusesPage() {
    if (SERVER === location.origin) return false;
    return new Promise((done) => {
      // a script is the one thing that any page may load and know to have come
      const probe = h("script", { src: `${SERVER}/widget/chat.js?${Date.now()}`, load: () => done(true), error: () => done(false) });
      document.head.append(probe);
      probe.remove();
    });
  }

  async replay(after, token) { return parsed((await this.text(`/chat/messages?after=${after}`, { token })).split("\n")); }
}

/** Lines of JSON; one cut in half by a dropped connection is left to the retry. */
const parsed = (lines) => lines.flatMap((line) => {
  try { return [JSON.parse(line)].filter((value) => value?.kind); } catch { return []; }
});

/** randomUUID exists only on https and localhost; a clinic may still test on plain http. */
const newId = () => crypto.randomUUID?.()
  ?? [...crypto.getRandomValues(new Uint8Array(16))].map((x) => x.toString(16).padStart(2, "0")).join("");

/** Seconds to wait, cut short when the browser is back online. */
const pause = (seconds) => new Promise((done) => {
  const finish = () => { clearTimeout(timer); removeEventListener("online", finish); done(); };
  const timer = setTimeout(finish, seconds * 1000);
  addEventListener("online", finish);
});

// ---------------------------------------------------------------- the element

class FaqChat extends HTMLElement {
  server = new Server();
  clinic = null;
  followed = null; // the session that the numbers below belong to
  seen = new Set(); // every n that is on screen
  reached = 0; // all of 1..reached are on screen; a replay starts here
  queue = []; // messages to send, one at a time so that their order holds
  sending = false;

  connectedCallback() {
    if (this.shadowRoot) return;
    this.build();
    // Another tab may have gone on with the conversation.
    const look = () => { if (this.isOpen && !document.hidden && !this.sending) this.catchUp(); };
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    NARROW.addEventListener("change", () => { if (this.isOpen) { this.panel.close(); this.show(); } });
    // iOS lays the keyboard over the page: dvh does not shrink, the visual viewport does.
    for (const event of ["resize", "scroll"]) window.visualViewport?.addEventListener(event, () => this.fit());
  }

  get isOpen() { return this.panel.open; }

  open() {
    if (this.isOpen) return;
    this.root.classList.add("is-open");
    this.launcher.setAttribute("aria-expanded", "true");
    this.show();
    this.disclose();
    this.wake();
  }

  /** Says once what this is; a live region speaks only what changes while it is on screen. */
  disclose() {
    if (!this.disclosed) setTimeout(() => { this.spoken.textContent = this.disclosure.textContent; }, TYPING_AFTER);
    this.disclosed = true;
  }

  close() {
    if (!this.isOpen) return;
    this.root.classList.remove("is-open");
    this.launcher.setAttribute("aria-expanded", "false");
    this.panel.close();
    this.launcher.focus();
  }

  ask(text) { this.open(); this.say(text); }

  // ---- the frame

  setting(name) { return this.getAttribute(name) || this.getAttribute(`data-${name}`); }

  build() {
    const shadow = this.attachShadow({ mode: "open" });
    this.launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false",
      click: () => this.open(), pointerenter: () => this.load().catch(() => {}) }, WORDS.launcher);
    this.heading = h("h2", { id: "heading", tabindex: "-1" }, WORDS.launcher);
    this.disclosure = h("p", {}, WORDS.disclosure);
    this.spoken = h("p", { class: "unseen", role: "status" });
    this.call = h("div", { class: "call" });
    this.review = h("p", { class: "review", hidden: true });
    this.intro = h("div", { class: "row bot intro" });
    this.rows = h("div", { class: "rows" });
    this.dots = h("div", { class: "dots", "aria-hidden": "true", hidden: true }, h("span"), h("span"), h("span"));
    this.chips = h("div", { class: "chips", role: "group", "aria-label": "Suggested questions", hidden: true });
    this.log = h("div", { class: "log", role: "log", "aria-label": "Conversation", "aria-live": "polite",
      "aria-relevant": "additions", tabindex: "0" }, this.intro, this.rows, this.dots, this.chips);
    this.status = h("p", { class: "status", role: "status" });
    this.field = h("textarea", { id: "field", rows: "1", placeholder: WORDS.field, autocomplete: "off", enterkeyhint: "send",
      "aria-describedby": "count small", input: () => this.measure(), keydown: (event) => this.onKey(event) });
    this.count = h("p", { id: "count", class: "count" });
    this.submitter = h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon(SEND));
    this.small = h("p", { id: "small", class: "small" }, WORDS.care);
    this.panel = h("dialog", { class: "panel", "aria-labelledby": "heading",
      keydown: (event) => { if (event.key === "Escape") { event.preventDefault(); this.close(); } },
      cancel: (event) => { event.preventDefault(); this.close(); } }, // a phone's back gesture
      h("div", { class: "header" }, h("div", { class: "who" }, this.heading, this.disclosure), this.call,
        h("button", { type: "button", class: "close", "aria-label": "Close chat", click: () => this.close() }, icon(CLOSE))),
      this.spoken, this.review, this.log, this.status,
      h("form", { class: "composer", submit: (event) => { event.preventDefault(); this.submit(); } },
        h("label", { for: "field", class: "unseen" }, WORDS.field),
        h("div", { class: "box" }, this.field, this.submitter), this.count, this.small));
    this.root = h("section", { class: "root", "aria-label": "Chat", lang: "en", dir: "ltr" }, this.launcher, this.panel);
    this.root.classList.toggle("is-left", this.setting("position") === "left");
    this.root.classList.toggle("is-inherit", this.setting("font") === "inherit");
    const colours = palette(rgb(this.setting("accent") || ""));
    for (const [name, value] of Object.entries(colours)) this.root.style.setProperty(name, value);
    // A <style> element is for old browsers only: a strict style-src policy of the page would block it.
    const sheet = shadow.adoptedStyleSheets ? new CSSStyleSheet() : null;
    sheet?.replaceSync(STYLES);
    if (sheet) shadow.adoptedStyleSheets = [sheet];
    else shadow.append(h("style", {}, STYLES));
    shadow.append(this.root);
    this.showCall();
  }

  /** Full screen is modal (the page behind cannot be seen); beside the page it is not. */
  show() {
    if (NARROW.matches) this.panel.showModal();
    else this.panel.show();
    this.fit();
    // On a touch screen the field would bring up the keyboard, over the greeting.
    (TOUCH.matches ? this.heading : this.field).focus();
  }

  fit() {
    const view = window.visualViewport;
    const full = view && view.scale === 1 && this.isOpen && NARROW.matches;
    this.panel.style.setProperty("--height", full ? `${view.height}px` : "100dvh");
    this.panel.style.setProperty("--top", full ? `${view.offsetTop}px` : "0px");
  }

  // ---- the clinic

  get phone() { return this.clinic?.phone || this.setting("phone"); }

  /** What is made tappable in texts, longest first: the numbers of the clinic, its email. */
  get known() {
    const known = (this.clinic?.numbers || []).map(({ text, tel }) => ({ text, href: telHref(tel || text) }));
    if (this.phone) known.push({ text: this.phone, href: telHref(this.clinic?.tel || this.phone) });
    if (this.clinic?.email) known.push({ text: this.clinic.email, href: `mailto:${this.clinic.email}` });
    return known.filter(({ text }) => text).sort((a, b) => b.text.length - a.text.length);
  }

  load() {
    const market = this.setting("market"); // only the demo page sets it: the face of another market
    this.loading ||= this.server.text(`/chat/clinic${market ? `?market=${encodeURIComponent(market)}` : ""}`)
      .then((text) => {
        this.clinic = JSON.parse(text);
        this.showClinic();
        setTimeout(() => { this.loading = null; }, FRESH);
      })
      .catch((error) => { this.loading = null; throw error; });
    return this.loading;
  }

  async wake() {
    try {
      await this.load();
    } catch (error) {
      if (!this.clinic) return this.showOffline(!error.status && await this.server.refusesPage());
    }
    return this.catchUp();
  }

  showCall() {
    const opening = this.clinic?.opening?.says ? `, ${this.clinic.opening.says}` : "";
    this.call.replaceChildren(...(this.phone ? [h("a", { href: telHref(this.clinic?.tel || this.phone) },
      icon(CALL), "Call", unseen(` ${this.phone}${opening}`))] : []));
  }

  showClinic() {
    const { name, disclosure, review, greeting, privacy_url: privacy, retention_days: days } = this.clinic;
    this.panel.classList.remove("is-offline");
    this.heading.textContent = name || WORDS.launcher;
    this.disclosure.textContent = disclosure || WORDS.disclosure;
    this.review.textContent = review || "";
    this.review.hidden = !review;
    this.intro.replaceChildren(...(greeting ? [h("div", { class: "card" }, blocks(greeting, this.known))] : []));
    const kept = days && `Chats are kept ${days} ${days === 1 ? "day" : "days"}.`;
    this.small.replaceChildren(...[kept, WORDS.care].filter(Boolean).flatMap((text) => [h("span", {}, text), " "]),
      ...(isWeb(privacy) ? [link(privacy, "Privacy")] : []));
    this.showCall();
    this.offer();
  }

  /** The static fallback: no chat, but a number to call and a way to try again. */
  showOffline(refused) {
    if (refused) console.error(`faq-chat: ${location.origin} is not listed in clinic.yml under website: origins.`);
    this.panel.classList.add("is-offline");
    this.intro.replaceChildren(h("div", { class: "card" }, h("p", {}, refused ? WORDS.refused : WORDS.offline),
      this.phone && h("p", {}, "Please call ", tappable(this.phone, this.known), "."),
      button("chip again", () => { this.heading.focus(); this.wake(); }, "Try again")));
    this.heading.focus();
  }

  // ---- sending

  onKey(event) {
    // Enter that ends an input method's composition must not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  /** How many characters are left; grows the field with its text. */
  measure() {
    const left = MAX_CHARACTERS - [...this.field.value.trim()].length;
    const near = left <= MAX_CHARACTERS - COUNT_FROM;
    this.count.textContent = near ? `${Math.abs(left)} ${left < 0 ? "too many" : "left"}` : "";
    this.count.classList.toggle("is-over", left < 0);
    this.submitter.setAttribute("aria-disabled", String(left < 0));
    if (left >= 0 && this.status.textContent === WORDS.tooLong) this.status.textContent = "";
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 128)}px`;
    return left;
  }

  submit() {
    const text = this.field.value.trim();
    const tooLong = this.measure() < 0;
    this.status.textContent = tooLong ? WORDS.tooLong : "";
    this.field.focus();
    if (!text || tooLong) return;
    this.field.value = "";
    this.measure();
    this.say(text);
  }

  /** The visitor's words, typed or from a chip. */
  say(text) {
    const message = { id: newId(), text, row: this.visitorRow({ text }), notices: [] };
    message.row.dataset.id = message.id;
    this.put(message.row);
    this.offer();
    this.log.scrollTop = this.log.scrollHeight;
    this.enqueue(message);
  }

  async enqueue(message) {
    this.mark(message);
    this.server.pending = message.id; // the newest: those before it are answered before it
    this.queue.push(message);
    if (this.sending) { this.waiting(true); return; }
    this.sending = true;
    while (this.queue.length) await this.deliver(this.queue.shift());
    this.sending = false;
  }

  /** One message until it is answered, refused or given up. Every try carries the same id. */
  async deliver(message) {
    let renewed = false; // a refused session is replaced once
    for (let tries = 0; ; ) {
      try {
        await this.attempt(message);
        break;
      } catch (error) {
        this.waiting(false);
        if (error.status === 401 && !renewed) { renewed = true; continue; }
        if (error.refusal) { this.refuse(message, error); break; }
        if (tries === RETRY_WAITS.length) { this.mark(message, true); break; }
        this.status.textContent = WORDS.reconnecting;
        await pause(RETRY_WAITS[tries++]);
      }
    }
    this.status.textContent = "";
  }

  async attempt(message) {
    this.waiting(true);
    const token = await this.server.session();
    let highest = 0;
    let sorry = false;
    this.follow();
    const ended = await this.server.send(message, token, (line) => {
      if (line.kind === "text" || line.kind === "sorry") this.waiting(false);
      if (line.kind === "end") highest = line.n || 0;
      else if (line.kind === "typing") this.waiting(true);
      else if (line.kind === "sorry") { sorry = true; this.notice(line.text, line.phone); }
      else this.take(line, message);
    });
    this.waiting(false);
    if (!ended) throw new Error("the line ended early");
    this.mark(message);
    this.offer();
    if (message.first) this.reveal(message.first);
    // A gap in the numbers: another tab spoke meanwhile, or a line was lost.
    if (highest > this.reached) await this.catchUp();
    if (sorry) this.awaitLate();
  }

  refuse(message, { status, refusal }) {
    this.settle(message);
    const again = ![400, 413].includes(status); // the same words would be refused again
    this.mark(message, again, false);
    message.notices.push(this.notice(refusal.says || WORDS.offline, refusal.phone));
  }

  /** The visitor knows what became of the message; a reload need not look for it. */
  settle({ id }) { if (this.server.pending === id) this.server.pending = ""; }

  /** Typing dots: still ones, and only when the answer takes its time. */
  waiting(on) {
    clearTimeout(this.dotsTimer);
    const show = () => { this.dots.hidden = false; this.log.scrollTop = this.log.scrollHeight; };
    if (on) this.dotsTimer = setTimeout(show, TYPING_AFTER);
    else this.dots.hidden = true;
  }

  // ---- receiving

  /** Numbers belong to one conversation; what an older one left stays on screen, above. */
  follow() {
    if (this.server.token === this.followed) return;
    for (const row of this.rows.children) row.n &&= 0;
    this.followed = this.server.token;
    this.seen = new Set();
    this.reached = 0;
  }

  /** Show what is kept and not yet on screen. Never throws: the next occasion tries again. */
  async catchUp() {
    const { token } = this.server;
    if (!token) return;
    this.follow();
    const pending = !this.rows.children.length && !this.sending && this.server.pending; // from before a reload
    const lines = await this.server.replay(this.reached, token).catch(() => []);
    const history = !this.rows.children.length && lines.some((line) => line.n);
    // Old messages are not news: a screen reader should not read them all out.
    if (history) this.log.setAttribute("aria-live", "off");
    for (const line of lines) if (line.kind === "you") this.bind(line);
    const added = lines.map((line) => this.take(line)).filter(Boolean);
    this.offer();
    if (pending && pending === this.server.pending) this.lookFor(pending);
    if (!history) return added[0] && this.reveal(added[0]);
    setTimeout(() => this.log.setAttribute("aria-live", "polite"), 500);
    const asked = added.filter((row) => row.matches(".you")).pop();
    return asked && this.reveal(asked);
  }

  /** The page was left while a message was on its way. */
  async lookFor(id) {
    await this.awaitLate();
    if (this.server.pending !== id) return;
    this.server.pending = "";
    this.notice(WORDS.lost);
  }

  async awaitLate() {
    const { reached } = this;
    for (const seconds of LATE_WAITS) {
      await pause(seconds);
      if (!this.sending) await this.catchUp();
      if (this.reached > reached && this.rows.lastElementChild.matches(".bot")) return;
    }
  }

  number(row, n) {
    row.n = n;
    this.seen.add(n);
    while (this.seen.has(this.reached + 1)) this.reached++;
  }

  /** Give the visitor's own message, already on screen, the number that the server gave it. */
  bind({ id, n }) {
    const row = id && [...this.rows.children].find((child) => child.dataset.id === id);
    if (row && !row.n) this.number(row, n);
    row?.querySelector(".state").replaceChildren(); // it did get through
    return row;
  }

  /** Put one kept line on screen, once; its row, or undefined. `message` is the one being answered. */
  take(line, message) {
    const isYou = line.kind === "you";
    this.settle(line);
    if ((!isYou && line.kind !== "text") || this.seen.has(line.n) || (isYou && this.bind(line))) return undefined;
    // A question comes before its answer: when one number is free between, it is the question's.
    if (message && !message.row.n && line.n === this.reached + 2) this.number(message.row, line.n - 1);
    const row = isYou ? this.visitorRow(line) : this.answerRow(line);
    if (line.n) this.number(row, line.n);
    this.put(row);
    if (message && !message.first) this.reveal(message.first = row);
    return row;
  }

  /** Insert by number; rows without one (not yet answered, notices) stay where they are. */
  put(row) {
    let before = this.rows.lastElementChild;
    while (row.n && before?.n > row.n) before = before.previousElementSibling;
    if (before) before.after(row);
    else this.rows.prepend(row);
  }

  /** As far down as there is something to read, but the first line of what is new stays in view. */
  reveal(row) { this.log.scrollTop = row.offsetTop - 16; }

  // ---- rows

  visitorRow({ text, id }) {
    const row = h("div", { class: "row you" }, h("div", { class: "bubble" }, unseen("You: "), text), h("div", { class: "state" }));
    if (id) row.dataset.id = id;
    return row;
  }

  /** Under the visitor's message: nothing, or what to do when it did not get through. */
  mark(message, failed = false, call = this.phone) {
    const again = () => { this.field.focus(); this.enqueue(message); };
    message.row.querySelector(".state").replaceChildren(...(failed ? ["Not sent. ", button("", again, "Try again")] : []),
      ...(failed && call ? [" or call ", ...tappable(call, this.known)] : []));
    for (const notice of message.notices.splice(0)) notice.remove();
    if (!failed) return;
    this.settle(message);
    this.log.scrollTop = this.log.scrollHeight;
  }

  notice(text, phone = this.phone) {
    const known = [...this.known, ...(phone ? [{ text: phone, href: telHref(phone) }] : [])];
    const row = h("div", { class: "row bot notice" }, h("div", { class: "card" }, unseen("Notice: "), blocks(text, known),
      phone && !String(text).includes(phone) && h("p", {}, "Call ", tappable(phone, known), ".")));
    this.put(row);
    this.reveal(row);
    return row;
  }

  answerRow(line) {
    const card = h("div", { class: `card ${line.card === "summary" || line.card === "code" ? `is-${line.card}` : ""}` },
      unseen("Assistant: "),
      line.lead && h("p", { class: "lead" }, h("strong", {}, line.lead)),
      blocks(line.text, this.known),
      line.code && this.code(line.code),
      line.figure === "skin_depth" && skinDepth(`figure${line.n}`),
      line.sources?.length > 0 && h("div", { class: "foot" }, this.sources(line.sources)));
    return Object.assign(h("div", { class: "row bot" }, card), { buttons: (line.buttons || []).slice(0, 3) });
  }

  code(code) {
    const shown = h("span", { class: "code-text" }, code);
    const copy = () => Promise.resolve(navigator.clipboard?.writeText(code) ?? Promise.reject())
      .then(() => { this.status.textContent = "Code copied."; })
      .catch(() => { getSelection().selectAllChildren(shown); this.status.textContent = "Code selected."; })
      .then(() => setTimeout(() => { this.status.textContent = ""; }, 4000));
    return h("div", { class: "code" }, shown, button("chip", copy, "Copy", unseen(" code")));
  }

  sources(sources) {
    // Opened at the lower edge, the list would be out of sight.
    const show = ({ target }) => { if (target.open) target.scrollIntoView({ block: "nearest" }); };
    return h("details", { toggle: show }, h("summary", {}, `Sources (${sources.length})`), h("ul", {}, sources.map(({ kind, label, url }) => {
      const words = [h("span", { class: "kind" }, kind, unseen(": ")), h("span", { class: "label" }, label)];
      return h("li", {}, isWeb(url) ? link(url, ...words) : words);
    })));
  }

  /** Starters while nothing was said; after that the chips of the last answer only. */
  offer() {
    const last = this.rows.lastElementChild;
    const choices = last ? last.buttons || [] : (this.clinic?.starters || []).slice(0, 4);
    const choose = (says) => {
      this.say(says);
      (TOUCH.matches ? this.log : this.field).focus(); // the chip is gone: focus must not fall to the page
    };
    const call = this.clinic?.degraded?.includes("booking") && this.phone;
    const choice = ({ title, says }) => {
      const chip = button("chip", () => choose(says || title), title);
      return call && /\bbook/i.test(says || title)
        ? h("div", { class: "by-phone" }, chip, h("span", {}, "or call ", tappable(call, this.known))) : chip;
    };
    this.chips.hidden = !choices.length;
    this.chips.classList.toggle("is-starters", !last);
    this.chips.replaceChildren(...(last ? [] : [h("p", {}, WORDS.starters)]),
      ...choices.map(choice));
  }
}

// ---------------------------------------------------------------- looks

// Sizes of text in em of the visitor's own default (16 px); spaces on an 8 px grid. Nothing moves.
const STYLES = `
:host { all: initial; font-family: inherit; }
*, ::before { box-sizing: border-box; } [hidden] { display: none !important; }
.root {
  all: initial; /* once more: a page's * { ... !important } reaches the element, but not in here */
  --canvas: #f6f5f2; --card: #fff; --ink: #23282b; --muted: #5a6165; --line: #e2e0da; --edge: #878d8a;
  --accent: var(--accent-light); --on-accent: #fff; --tint: var(--tint-light); --alert: #a3262a;
  --epidermis: #e3bfa6; --dermis: #f4dfd0; --fat: #f7eecb; --muscle: #dca999; --texture: #00000024;
  display: block; color-scheme: light; color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.root.is-inherit { font-family: inherit; }
@media (prefers-color-scheme: dark) { .root {
  --canvas: #191c1e; --card: #25292b; --ink: #ecebe7; --muted: #b0b6b4; --line: #3a3f42; --edge: #868d8b;
  --accent: var(--accent-dark); --on-accent: #14181a; --tint: var(--tint-dark); --alert: #ff9d97;
  --epidermis: #76594a; --dermis: #57443b; --fat: #574d3c; --muscle: #6a423b; --texture: #ffffff2b;
  color-scheme: dark;
} }
button, textarea { margin: 0; font: inherit; color: inherit; }
button { min-height: 44px; padding: 0 12px; border: 1px solid transparent; border-radius: 12px; background: none; cursor: pointer; } p, ul, h2, figure { margin: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: 2px; } :focus { outline: none; } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { display: block; flex: none; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }

.launcher, .panel { position: fixed; z-index: 2147483000; right: 24px; bottom: max(24px, env(safe-area-inset-bottom)); box-shadow: 0 8px 32px rgb(20 24 22 / .18); }
.is-left :is(.launcher, .panel) { right: auto; left: 24px; }
.launcher { min-height: 48px; padding: 0 24px; border-radius: 24px; font-weight: 600; background: var(--accent); color: var(--on-accent); } .is-open .launcher { visibility: hidden; }
.panel {
  inset-block-start: auto; left: auto; margin: 0; padding: 0; overflow: hidden; flex-direction: column;
  width: 380px; height: 620px; max-width: calc(100vw - 48px); max-height: calc(100dvh - 48px);
  color: var(--ink); background: var(--canvas); border: 1px solid var(--line); border-radius: 12px;
}
.panel[open] { display: flex; }
.header { display: flex; flex: none; align-items: center; gap: 4px; padding: 12px 8px 12px 16px; background: var(--card); border-bottom: 1px solid var(--line); }
.who { flex: 1; min-width: 0; } h2 { font-size: 1em; font-weight: 600; line-height: 1.25; }
.who p { margin-top: 2px; font-size: .8125em; line-height: 1.35; color: var(--muted); text-wrap: balance; }
.call a, .close { display: flex; align-items: center; justify-content: center; gap: 6px; min-width: 44px; height: 44px; border-radius: 12px; }
.call a { padding: 0 10px; font-size: .9375em; font-weight: 600; text-decoration: none; } .close { padding: 0; color: var(--muted); }
@media (hover: hover) { .call a:hover, .close:hover { background: var(--canvas); } }
.review { flex: none; padding: 8px 16px; font-size: .8125em; line-height: 1.35; color: var(--muted); border-bottom: 1px solid var(--line); text-wrap: balance; }

.log { position: relative; flex: 1; min-height: 0; padding: 16px; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; } .log:focus-visible { outline-offset: -3px; }
.row { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: 8px; overflow-wrap: anywhere; } .row:empty { display: none; }
.you { align-items: flex-end; margin: 24px 0 16px; } .card, .bubble { position: relative; max-width: 52ch; border: 1px solid var(--line); border-radius: 12px; }
.card { width: 100%; padding: 12px 16px; background: var(--card); }
.bubble { max-width: 85%; padding: 8px 16px; background: var(--tint); border-color: transparent; white-space: pre-wrap; } .card p + :is(p, ul), .card ul + p { margin-top: 8px; }
.card .lead + * { margin-top: 4px; } .card ul { padding-inline-start: 20px; } .card li + li { margin-top: 4px; } .tap { padding: 13px 6px; margin-inline: -6px; font-weight: 600; white-space: nowrap; }
.notice .card { background: none; border-color: var(--edge); } .again { margin-top: 16px; } .state { font-size: .875em; color: var(--alert); } .state:empty { display: none; }
.state :is(button, a) { padding-inline: 4px; color: inherit; font-weight: 600; text-decoration: underline; text-underline-offset: 2px; }
:is(.is-summary, .is-code) { border-color: var(--accent); } .is-summary ul:not(details ul) { padding: 0; list-style: none; border-bottom: 1px solid var(--line); }
.is-summary li { margin: 0 !important; padding: 8px 0; } .is-summary :is(li + li, p + ul li) { border-top: 1px solid var(--line); }
.code { display: flex; align-items: center; justify-content: space-between; gap: 8px; margin: 12px 0 4px; padding: 8px 8px 8px 16px; border-radius: 12px; background: var(--tint); }
.code-text { font: 600 1.25em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; letter-spacing: .06em; white-space: nowrap; }

.foot { display: flex; flex-wrap: wrap; margin: 8px 0 -8px; } .foot:empty { display: none; } details { flex: 1; font-size: .875em; } details[open] { flex-basis: 100%; }
summary { display: flex; align-items: center; gap: 8px; width: max-content; min-height: 44px; margin-inline-start: -4px; padding-inline: 4px 8px; border-radius: 8px; color: var(--muted); cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: ""; width: 7px; height: 7px; border: solid currentColor; border-width: 0 1.75px 1.75px 0; transform: rotate(-45deg); }
details[open] > summary::before { transform: translateY(-2px) rotate(45deg); } details ul { padding: 0 0 8px !important; list-style: none; } details li { line-height: 1.4; }
details li > a { display: block; text-decoration: none; } details li > a .label { text-decoration: underline; } details li, details li > a { padding-block: 4px; }
.kind { display: block; color: var(--muted); font-size: .9286em; }
.send { display: grid; place-items: center; width: 44px; padding: 0; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; max-width: 52ch; }
.chip { padding: 8px 16px; font-size: .9375em; line-height: 1.35; text-align: start; color: var(--accent); background: var(--card); border-color: var(--accent); border-radius: 22px; }
.by-phone { display: flex; flex-wrap: wrap; align-items: center; gap: 0 8px; } .is-starters .by-phone .chip { flex: 1; } .by-phone > span { padding-inline-end: 6px; font-size: .9375em; }
@media (hover: hover) { .chip:hover { background: var(--tint); color: var(--ink); } .is-starters .chip:hover { border-color: var(--accent); } }
.is-starters { flex-direction: column; align-items: stretch; gap: 6px; margin-top: 16px; }
.is-starters p { font-size: .875em; color: var(--muted); } .is-starters .chip { padding: 8px 16px; color: var(--ink); border-color: var(--line); border-radius: 12px; }
.dots { display: flex; gap: 6px; padding: 8px 16px; }
.dots span { width: 7px; height: 7px; border-radius: 50%; background: var(--muted); }

.status { flex: none; padding: 0 16px; font-size: .875em; color: var(--muted); } .status:not(:empty) { padding-block: 8px; }
.composer { flex: none; padding: 12px 16px max(12px, env(safe-area-inset-bottom)); background: var(--card); border-top: 1px solid var(--line); }
.box { display: flex; align-items: flex-end; gap: 4px; padding: 3px; border: 1px solid var(--edge); border-radius: 12px; }
.box:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
textarea { flex: 1; min-width: 0; height: 44px; min-height: 44px; padding: 10px 4px 10px 12px; border: 0; background: none; resize: none; line-height: 24px; overflow-y: auto; scrollbar-width: thin; }
textarea:focus-visible { outline: none; } textarea::placeholder { color: var(--muted); opacity: 1; } .send { border-radius: 9px; background: var(--accent); color: var(--on-accent); }
.send[aria-disabled="true"] { background: none; color: var(--muted); border-color: var(--edge); }
.count, .small { margin-top: 8px; font-size: .78125em; line-height: 1.4; color: var(--muted); text-align: center; } .count { text-align: end; } .count:empty { display: none; }
.count.is-over { color: var(--alert); font-weight: 600; } .small span { display: inline-block; } .small a { padding: 15px 6px; margin-inline: -6px; color: inherit; }
.is-offline :is(.composer, .chips) { display: none; }

figure { margin: 16px 0 4px; } figcaption { margin-top: 8px; font-size: .8125em; color: var(--muted); } .skin { display: block; width: 100%; height: auto; }
.skin text { font-size: 11px; fill: var(--ink); } .skin :is(.name, .where) { text-anchor: middle; } .skin .where { fill: var(--muted); }
.epidermis { fill: var(--epidermis); } .dermis { fill: var(--dermis); } .fat { fill: var(--fat); } .muscle { fill: var(--muscle); } .texture { fill: none; stroke: var(--texture); }
.drop { fill: var(--accent); stroke: var(--card); stroke-width: .75; } .hair, .needle, .channel, .film { stroke: var(--ink); stroke-linecap: round; } .needle { stroke-width: 1.75; }
.channel { stroke: var(--accent); stroke-width: 1.5; } .film { stroke: var(--accent); stroke-width: 3; }

@media (max-width: 479.98px), (max-height: 479.98px) {
  .launcher { right: 16px; bottom: max(16px, env(safe-area-inset-bottom)); } .is-left .launcher { left: 16px; }
  .root .panel { inset: var(--top, 0) 0 auto 0; width: 100%; height: var(--height, 100dvh); max-width: none; max-height: none; border: 0; border-radius: 0; }
  .header { padding-top: max(12px, env(safe-area-inset-top)); }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media (forced-colors: active) {
  .root { --accent: LinkText; --edge: ButtonBorder; --texture: transparent; } :focus-visible { outline-color: Highlight; } .box:focus-within { outline: 2px solid Highlight; }
  .launcher, .send { forced-color-adjust: none; background: ButtonText; color: ButtonFace; border-color: ButtonBorder; } .chip { border-color: ButtonBorder; }
  .bubble, .code { border: 1px solid CanvasText; } .dots span { background: CanvasText; }
  .epidermis, .dermis, .fat, .muscle { fill: Canvas; stroke: CanvasText; } .skin :is(text, .drop) { fill: CanvasText; } .hair, .needle, .channel, .film { stroke: CanvasText; }
}
`;

// ---------------------------------------------------------------- start

customElements.define("faq-chat", FaqChat);

function start() {
  if (document.querySelector("faq-chat")) return; // the page has placed it itself
  const element = document.createElement("faq-chat");
  for (const name of ["accent", "font", "position", "phone", "market"]) {
    const value = script?.getAttribute(`data-${name}`);
    if (value) element.setAttribute(name, value);
  }
  document.body.append(element);
}
if (document.body) start();
else addEventListener("DOMContentLoaded", start);
})();
