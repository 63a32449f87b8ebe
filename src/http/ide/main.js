// The page put together: tabs, what is sent, what comes back, and the panels beside it.

import { byId, element, fill, moveAmong, painted } from "./dom.js";
import { Docs } from "./docs.js";
import { Editor } from "./editor.js";
import { coloured, colouredJson, completions, operationAt, operations } from "./language.js";
import { INTROSPECTION, Schema } from "./schema.js";
import { forgetHistory, history, keepTabs, keptTabs, remember } from "./store.js";
import { send, subscribe } from "./transport.js";

/** Longer answers are shown without colours; of a subscription so many results stay. */
const COLOURED = 200_000;
const RESULTS = 100;
/** How long to wait for more changes before the tabs are kept, in milliseconds. */
const PAUSE = 400;
const EMPTY = { name: "New", query: "", variables: "" };

let schema = null;
let tabs = [];
let active = 0;
/** What ends what is running; null: nothing is. */
let stop = null;
let keeping;
/** Whether something changed since the tabs were kept. */
let isChanged = false;

const docs = new Docs((operation) => addTab({ ...operation, isNamed: true }));
const query = new Editor("document", {
  colours: coloured,
  complete: (text, offset) => (schema ? completions(text, offset, schema) : null),
  comment: "#",
  changed: (text) => change({ query: text }),
});
const variables = new Editor("variables", {
  colours: colouredJson,
  changed: (text) => change({ variables: text }),
});
const headers = new Editor("headers", { colours: colouredJson, changed: () => check() });

// ---- Tabs

function nameOf(tab) {
  if (tab.isNamed) return tab.name;
  const first = operations(tab.query)[0];
  return first?.name ?? first?.kind ?? tab.name;
}

function showTabs() {
  const list = byId("tabs");
  const buttons = tabs.map((tab, index) =>
    element(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(index === active),
        "aria-controls": "ask",
        tabindex: index === active ? "0" : "-1",
        title: "Delete closes it",
        click: () => index !== active && openTab(index),
      },
      nameOf(tab),
    ),
  );
  fill(
    list,
    buttons.map((button, index) =>
      element(
        "span",
        { class: index === active ? "tab active" : "tab", role: "presentation" },
        button,
        element(
          "button",
          {
            type: "button",
            class: "close",
            tabindex: "-1",
            "aria-label": `Close ${nameOf(tabs[index])}`,
            click: () => closeTab(index),
          },
          "×",
        ),
      ),
    ),
  );
}

function tabButtons() {
  return [...byId("tabs").querySelectorAll("[role=tab]")];
}

function openTab(index) {
  end();
  active = index;
  const tab = tabs[active];
  query.text = tab.query;
  variables.text = tab.variables;
  showTabs();
  showOperations();
  showAnswer(tab.answer ?? null);
  check();
  keep();
}

function addTab(tab = {}) {
  tabs.push({ ...EMPTY, ...tab });
  openTab(tabs.length - 1);
  query.focus();
}

function closeTab(index) {
  const wasOpen = index === active;
  tabs.splice(index, 1);
  if (tabs.length === 0) tabs.push({ ...EMPTY });
  if (index < active) active -= 1;
  if (wasOpen) {
    openTab(Math.min(active, tabs.length - 1));
  } else {
    // What is open goes on, with what runs in it and its cursor.
    showTabs();
    keep();
  }
  tabButtons()[active].focus();
}

function change(changed) {
  const tab = tabs[active];
  if (!tab) return;
  const before = nameOf(tab);
  Object.assign(tab, changed);
  if (nameOf(tab) !== before) showTabs();
  showOperations();
  check();
  keep();
}

function keep() {
  isChanged = true;
  clearTimeout(keeping);
  keeping = setTimeout(keepNow, PAUSE);
}

/** Keeps the tabs if something changed: another window may have kept its own meanwhile. */
function keepNow() {
  clearTimeout(keeping);
  if (!isChanged) return;
  isChanged = false;
  keepTabs(tabs, active);
}

/** Lets a person choose among several operations; by default the one under the cursor is run. */
function showOperations() {
  const named = operations(tabs[active].query).filter((one) => one.name !== null);
  const select = byId("operation");
  const chosen = select.value;
  fill(
    select,
    element("option", { value: "" }, "under the cursor"),
    named.map(({ name }) => element("option", { value: name }, name)),
  );
  select.value = named.some(({ name }) => name === chosen) ? chosen : "";
  select.hidden = named.length < 2;
}

// ---- What is sent

/** The object that a text of JSON is, or what is wrong with it. */
function object(text, what) {
  if (text.trim() === "") return { value: {} };
  try {
    const value = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { value } : { problem: `${what} are not an object` };
  } catch (error) {
    return { problem: `${what} are not JSON: ${error.message}` };
  }
}

function check() {
  const problem = object(variables.text, "Variables").problem ?? object(headers.text, "Headers").problem ?? "";
  byId("part-problem").textContent = problem;
  return problem;
}

function chosenOperation() {
  const text = query.text;
  const name = byId("operation").value;
  const all = operations(text);
  return all.find((one) => name !== "" && one.name === name) ?? operationAt(text, query.offset);
}

async function run() {
  if (stop) {
    end();
    return;
  }
  const problem = check();
  const tab = tabs[active];
  const operation = chosenOperation();
  if (problem || !operation) {
    say(problem || "There is no operation to run.", true);
    return;
  }
  const payload = { query: tab.query, variables: object(variables.text, "").value, extensions: { cost: true } };
  if (operation.name) payload.operationName = operation.name;
  const sent = Object.fromEntries(
    Object.entries(object(headers.text, "").value).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  remember({ name: operation.name ?? operation.kind, query: tab.query, variables: tab.variables });
  showHistory();
  if (operation.kind === "subscription") listen({ ...payload, extensions: undefined }, sent, tab);
  else await request(payload, sent, tab);
}

async function request(payload, sent, tab) {
  const controller = new AbortController();
  begin(() => controller.abort(), "Running…");
  try {
    const got = await send(payload, sent, controller.signal);
    const cost = takeCost(got.body);
    const text = got.body === undefined ? got.text : JSON.stringify(got.body, null, 2);
    const parts = [`${got.status}`, `${got.took.toFixed(got.took < 10 ? 1 : 0)} ms`, size(got.bytes)];
    if (cost) parts.push(`weighs ${cost.weight} of ${cost.most}`);
    if (got.retryAfter) parts.push(`try again in ${got.retryAfter} s`);
    const isWrong = got.status >= 400 || Array.isArray(got.body?.errors);
    finish(tab, { text, status: parts.join(" · "), title: got.requestId && `Request ${got.requestId}`, isWrong });
  } catch (error) {
    const isStopped = error.name === "AbortError";
    const status = isStopped ? "Stopped: what was begun may still be done." : `Nothing came back: ${error.message}`;
    finish(tab, { text: "", status, isWrong: !isStopped });
  }
}

/** What the operation cost, out of the answer: the page asked for that, and shows it beside the answer. */
function takeCost(body) {
  const cost = body?.extensions?.cost;
  if (!Number.isFinite(cost?.weight)) return null;
  delete body.extensions.cost;
  if (Object.keys(body.extensions).length === 0) delete body.extensions;
  return cost;
}

function listen(payload, sent, tab) {
  const results = [];
  let count = 0;
  const show = (status, isWrong) => {
    const text = results.map((result) => JSON.stringify(result, null, 2)).join("\n\n");
    return { text, status, isWrong };
  };
  const stopListening = subscribe(payload, sent, (kind, what) => {
    if (kind === "next") {
      count += 1;
      results.unshift(what);
      results.length = Math.min(results.length, RESULTS);
      tab.answer = show(`Listening · ${count} so far, the latest first`, false);
      if (tab === tabs[active]) showAnswer(tab.answer);
      return;
    }
    if (kind === "error") results.unshift({ errors: what });
    const status = kind === "error" ? "Refused" : (what ?? "Ended");
    finish(tab, show(`${status} · ${count} results`, kind === "error" || what !== null));
  });
  begin(stopListening, "Listening…");
}

function begin(how, status) {
  stop = how;
  const button = byId("run");
  button.textContent = "Stop";
  button.classList.add("running");
  say(status, false);
}

/** Ends what is running, if something is. */
function end() {
  const how = stop;
  stop = null;
  how?.();
}

function finish(tab, answer) {
  stop = null;
  const button = byId("run");
  button.textContent = "Run";
  button.classList.remove("running");
  tab.answer = answer;
  if (tab === tabs[active]) showAnswer(answer);
}

// ---- What comes back

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function say(status, isWrong, title = null) {
  const shown = byId("status");
  shown.textContent = status;
  shown.classList.toggle("wrong", isWrong);
  shown.title = title ?? "";
}

function showAnswer(answer) {
  const text = answer?.text ?? "";
  byId("answer").replaceChildren(painted(text, text.length > COLOURED ? [] : colouredJson(text)));
  byId("copy").hidden = text === "";
  say(answer?.status ?? "Nothing was run yet.", answer?.isWrong ?? false, answer?.title ?? null);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(tabs[active].answer?.text ?? "");
    say("Copied.", false);
  } catch {
    // Without TLS, on another name than localhost, browsers have no clipboard.
    getSelection().selectAllChildren(byId("answer"));
    say("Selected: copy it with the keyboard.", false);
  }
}

// ---- Panels

function showPanel(name) {
  for (const other of ["docs", "history"]) {
    const isShown = other === name && byId(other).hidden;
    byId(other).hidden = !isShown;
    byId(`show-${other}`).setAttribute("aria-expanded", String(isShown));
  }
  if (name === "history") showHistory();
}

function showHistory() {
  const list = byId("history-list");
  if (list.parentElement.hidden) return;
  const kept = history();
  fill(
    list,
    kept.map((one) =>
      element(
        "li",
        {},
        element("button", { type: "button", class: "link", click: () => addTab({ ...one, isNamed: false }) }, one.name),
        element("small", {}, new Date(one.at).toLocaleString()),
      ),
    ),
    kept.length === 0 ? element("li", { class: "note" }, "Nothing yet.") : null,
  );
}

function showPart(name) {
  for (const part of ["variables", "headers"]) {
    const isShown = part === name;
    byId(part).hidden = !isShown;
    const tab = byId(`part-${part}`);
    tab.setAttribute("aria-selected", String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
  }
}

// ---- Beginning

async function examples() {
  const answer = await fetch(new URL("examples.json", import.meta.url));
  if (!answer.ok) throw new Error(`examples: ${answer.status}`);
  const all = await answer.json();
  // Each visitor's own play: two people on one site must not report the same.
  const play = uuid();
  return all.map((one) => ({
    ...one,
    isNamed: true,
    variables: one.variables.replace(/"play": "[^"]*"/, `"play": "${play}"`),
  }));
}

/** A random UUID, also where there is no TLS. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The tabs of the last visit, or the examples, and what the address asks for; whether there was no last visit. */
async function beginTabs() {
  const kept = keptTabs();
  tabs = kept?.tabs ?? (await examples().catch(() => [{ ...EMPTY, query: "{\n  __typename\n}\n" }]));
  active = kept?.active ?? 0;
  const asked = new URLSearchParams(location.search);
  if (asked.has("query")) {
    tabs.push({
      name: "From the address",
      // Not by its operation: whoever made the link chose what that is called.
      isNamed: true,
      query: asked.get("query"),
      variables: asked.get("variables") ?? "",
    });
    active = tabs.length - 1;
    // A reload brings no second tab of it.
    window.history.replaceState(null, "", location.pathname);
  }
  openTab(active);
  return kept === null;
}

/** Reads the schema, or says why it cannot be read. */
async function readSchema() {
  const { body, status } = await send({ query: INTROSPECTION, operationName: "Introspection" }, {});
  const described = body?.data?.__schema;
  if (!described) {
    const error = body?.errors?.[0];
    docs.failed(
      error?.extensions?.code === "INTROSPECTION_DISABLED"
        ? "This site does not describe its schema (REELGRAPH_INTROSPECTION). Documents can be run all the same."
        : `The schema cannot be read: ${error?.message ?? `status ${status}`}`,
    );
    return;
  }
  schema = new Schema(described);
  docs.schema = schema;
}

function addLiveTab() {
  const first = schema?.subscription?.fields.values().next().value;
  if (!first) return;
  tabs.push({ ...schema.operation("subscription", first), name: "Live", isNamed: true });
  showTabs();
  keep();
}

/** Opens the examples beside what is there. */
async function restore() {
  try {
    const all = await examples();
    tabs.push(...all);
    openTab(tabs.length - all.length);
    addLiveTab();
  } catch (error) {
    say(`The examples cannot be read: ${error.message}`, true);
  }
}

byId("run").addEventListener("click", run);
byId("add-tab").addEventListener("click", () => addTab());
byId("copy").addEventListener("click", copy);
byId("show-docs").addEventListener("click", () => showPanel("docs"));
byId("show-history").addEventListener("click", () => showPanel("history"));
byId("restore").addEventListener("click", restore);
byId("clear-history").addEventListener("click", () => {
  forgetHistory();
  showHistory();
});
for (const part of ["variables", "headers"]) byId(`part-${part}`).addEventListener("click", () => showPart(part));
byId("parts").addEventListener("keydown", (event) => {
  const buttons = [...byId("parts").querySelectorAll("[role=tab]")];
  const now = moveAmong(buttons, event);
  if (now) showPart(now.id.replace("part-", ""));
});
byId("tabs").addEventListener("keydown", (event) => {
  const buttons = tabButtons();
  const index = buttons.indexOf(document.activeElement);
  if (index >= 0 && event.key === "Delete") {
    closeTab(index);
    return;
  }
  const now = moveAmong(buttons, event);
  if (!now || buttons.indexOf(now) === active) return;
  openTab(buttons.indexOf(now));
  tabButtons()[active].focus();
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    // Held, it would stop and begin it again and again.
    if (!event.repeat) run();
  } else if (event.altKey && event.code === "KeyS") {
    event.preventDefault();
    if (byId("docs").hidden) showPanel("docs");
    docs.focusSearch();
  } else if (event.altKey && event.code === "KeyT") {
    event.preventDefault();
    addTab();
  }
});
window.addEventListener("pagehide", keepNow);

const [isNew] = await Promise.all([
  beginTabs(),
  readSchema().catch((error) => docs.failed(`The schema cannot be read: ${error.message}`)),
]);
if (isNew) addLiveTab();
