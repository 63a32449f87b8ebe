// Elements without markup: everything that is shown is put in as text, so nothing in an answer can become a script.

/**
 * An element with attributes and children. A function is a listener of the event that it is named after; children are
 * nodes, texts and lists of them. What is null or false is left out.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else made.setAttribute(key, String(value));
  }
  made.append(...present(children));
  return made;
}

/** Replaces what is in an element. */
export function fill(parent, ...children) {
  parent.replaceChildren(...present(children));
}

function present(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false);
}

/** The element of the page with an id; it is a fault of ours if there is none. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** A text of tokens as spans, each with the class of its kind; what lies between them is left as it is. */
export function painted(text, tokens) {
  const painted = document.createDocumentFragment();
  let at = 0;
  for (const token of tokens) {
    if (token.start > at) painted.append(text.slice(at, token.start));
    const span = document.createElement("span");
    span.className = `t-${token.kind}`;
    span.textContent = text.slice(token.start, token.end);
    painted.append(span);
    at = token.end;
  }
  if (at < text.length) painted.append(text.slice(at));
  return painted;
}

/** Moves the focus among elements that belong together, by the arrows, Home and End; which one it came to. */
export function moveAmong(elements, event) {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const now = elements.indexOf(document.activeElement);
  if (now < 0) return null;
  let next = now;
  if (event.key in steps) next = (now + steps[event.key] + elements.length) % elements.length;
  else if (event.key === "Home") next = 0;
  else if (event.key === "End") next = elements.length - 1;
  else return null;
  event.preventDefault();
  elements[next].focus();
  return elements[next];
}
