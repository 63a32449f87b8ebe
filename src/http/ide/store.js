// What the page remembers between visits: tabs and history, in this browser alone. Headers are never kept, nor what
// looks like a password or a token.

const TABS = "reelgraph.ide.tabs";
const HISTORY = "reelgraph.ide.history";
/** How many operations the history has, and how many characters one of them may have; of tabs all is kept. */
const MOST = 50;
const LONGEST = 20_000;
/** The value of a password, in JSON or in a document: of a variable, in a list, a block, without its end as yet, or digits. */
const SECRET =
  /((?:password|pin|token|secret|code(?:verifier)?)\w*"?\s*:\s*(?:[\w![\]]+\s*=\s*)?(?:\[\s*)?)(?:"""(?:\\"""|[^])*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|\d+)/gi;
/** A password that a variable has, which may be called anything. */
const GIVEN = /(?:password|pin|token|secret|code)\w*\s*:\s*(?:\[\s*)?\$/i;

/** The password of the examples, which is no secret: without it the demo account could not be used at the next visit. */
const PUBLIC = '"correct horse battery"';

/** A text with nothing in the place of passwords, PINs and tokens. */
function withoutSecrets(text) {
  return text.replace(SECRET, (all, name) => (all === name + PUBLIC ? all : `${name}""`));
}

/** What is kept of a document and its variables: none of these, if one of them is such a value. */
function kept({ query, variables }) {
  return { query: withoutSecrets(query), variables: GIVEN.test(query) ? "" : withoutSecrets(variables) };
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Storage may be full or forbidden: then the page works without a memory. */
function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing depends on it.
  }
}

function isTab(tab) {
  return ["name", "query", "variables"].every((key) => typeof tab?.[key] === "string");
}

/** The tabs of the last visit and which of them was open; null: there was none. */
export function keptTabs() {
  const kept = read(TABS);
  if (!Array.isArray(kept?.tabs) || kept.tabs.length === 0 || !kept.tabs.every(isTab)) return null;
  const active = Number.isInteger(kept.active) ? kept.active : 0;
  return { tabs: kept.tabs, active: Math.min(Math.max(active, 0), kept.tabs.length - 1) };
}

/** Keeps tabs: names, documents and variables. */
export function keepTabs(tabs, active) {
  const all = tabs.map((tab) => ({
    name: tab.name,
    isNamed: tab.isNamed === true,
    ...kept(tab),
  }));
  write(TABS, { tabs: all, active });
}

/** What was run, the latest first: `name`, `query`, `variables` and `at`, in milliseconds since 1970. */
export function history() {
  const kept = read(HISTORY);
  return Array.isArray(kept) ? kept.filter((one) => isTab(one) && Number.isFinite(one.at)) : [];
}

/** Adds what was run; the same again only moves to the front. */
export function remember({ name, query, variables }) {
  const one = { name, ...kept({ query, variables }), at: Date.now() };
  if (one.query.length + one.variables.length > LONGEST) return;
  const others = history().filter((other) => other.query !== one.query || other.variables !== one.variables);
  write(HISTORY, [one, ...others].slice(0, MOST));
}

/** Empties the history. */
export function forgetHistory() {
  write(HISTORY, []);
}
