// The schema's documentation: a page for each type, with a way back, and a search.

import { byId, element, fill } from "./dom.js";

/** How long to wait for the next letter of a search, in milliseconds. */
const PAUSE = 120;

/** Shows the schema in the panel of the page. `write` takes an operation that a person wants to have written out. */
export class Docs {
  #schema = null;
  #trail = [];
  #write;
  #body = byId("docs-body");
  #search = byId("docs-search");
  #trailShown = byId("docs-trail");

  constructor(write) {
    this.#write = write;
    let waiting;
    this.#search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.#show(), PAUSE);
    });
    this.#search.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#search.value !== "") {
        event.stopPropagation();
        this.#search.value = "";
        this.#show();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        this.#body.querySelector("button")?.focus();
      }
    });
  }

  /** Shows a schema, or why there is none. */
  set schema(schema) {
    this.#schema = schema;
    this.#trail = [];
    this.#search.disabled = false;
    this.#show();
  }

  failed(why) {
    this.#search.disabled = true;
    fill(this.#trailShown);
    fill(this.#body, element("p", { class: "note" }, why));
  }

  focusSearch() {
    this.#search.focus();
    this.#search.select();
  }

  /** Opens a type, and puts one of its fields into view. */
  open(name, member = null) {
    if (!this.#schema?.type(name)) return;
    if (this.#trail.at(-1) !== name) this.#trail.push(name);
    this.#search.value = "";
    this.#show();
    const found = member && [...this.#body.querySelectorAll("[data-member]")].find((one) => one.dataset.member === member);
    if (found) {
      found.classList.add("found");
      found.scrollIntoView({ block: "center" });
    } else {
      this.#body.scrollTo(0, 0);
    }
    this.#body.focus({ preventScroll: true });
  }

  #back(count) {
    this.#trail = this.#trail.slice(0, count);
    this.#search.value = "";
    this.#show();
    this.#body.scrollTo(0, 0);
    this.#body.focus({ preventScroll: true });
  }

  #show() {
    if (!this.#schema) return;
    const crumbs = ["Schema", ...this.#trail];
    fill(
      this.#trailShown,
      crumbs.slice(-4).map((name, index, shown) => {
        const at = crumbs.length - shown.length + index;
        const isLast = at === crumbs.length - 1;
        return element(
          "li",
          {},
          isLast
            ? element("span", { "aria-current": "page" }, name)
            : element("button", { type: "button", class: "link", click: () => this.#back(at) }, name),
        );
      }),
    );
    const query = this.#search.value.trim();
    if (query) fill(this.#body, this.#found(query));
    else if (this.#trail.length === 0) fill(this.#body, this.#roots());
    else fill(this.#body, this.#type(this.#schema.type(this.#trail.at(-1))));
  }

  #found(query) {
    const found = this.#schema.search(query);
    if (found.length === 0) return [element("p", { class: "note", role: "status" }, "Nothing has all of these words.")];
    return [
      element(
        "ul",
        { class: "finds" },
        found.map(({ path, type, field, description }) =>
          element(
            "li",
            {},
            element("button", { type: "button", class: "link", click: () => this.open(type.name, field) }, path),
            this.#text(description, true),
          ),
        ),
      ),
    ];
  }

  #roots() {
    const { query, mutation, subscription, types } = this.#schema;
    const roots = [query, mutation, subscription].filter(Boolean);
    const others = [...types.values()].filter((type) => !type.name.startsWith("__") && !roots.includes(type));
    const kinds = [
      ["Objects", "OBJECT"],
      ["Interfaces", "INTERFACE"],
      ["Unions", "UNION"],
      ["Enums", "ENUM"],
      ["Inputs", "INPUT_OBJECT"],
      ["Scalars", "SCALAR"],
    ];
    const list = (of) => element("ul", { class: "names" }, of.map((type) => element("li", {}, this.#link(type.name))));
    return [
      element("h3", {}, "Where a document begins"),
      ...roots.map((type) => element("div", { class: "member" }, this.#link(type.name), this.#text(type.description, true))),
      ...kinds.flatMap(([title, kind]) => {
        const of = others.filter((type) => type.kind === kind).sort((a, b) => a.name.localeCompare(b.name));
        return of.length === 0 ? [] : [element("details", {}, element("summary", {}, `${title} (${of.length})`), list(of))];
      }),
    ];
  }

  #type(type) {
    const { query, mutation, subscription } = this.#schema;
    const root = { query, mutation, subscription };
    const kind = Object.keys(root).find((name) => root[name] === type) ?? null;
    const shown = [
      element("h3", {}, type.name, " ", element("small", {}, type.kind.toLowerCase().replace("_", " "))),
      this.#text(type.description, false),
    ];
    if (type.isOneOf) shown.push(element("p", { class: "note" }, "Exactly one of these is given."));
    if (type.interfaces.length > 0) shown.push(element("p", {}, "Implements ", this.#links(type.interfaces)));
    if (type.possible.length > 0) shown.push(element("p", {}, "Is one of ", this.#links(type.possible)));
    for (const field of type.fields.values()) shown.push(this.#field(field, kind));
    for (const input of type.inputFields.values()) shown.push(this.#input(input, "member"));
    for (const value of type.values) {
      shown.push(
        element(
          "div",
          { class: "member", "data-member": value.name },
          element("code", { class: "t-number" }, value.name),
          this.#text(value.description, false),
          this.#deprecated(value.deprecation),
        ),
      );
    }
    return shown;
  }

  #field(field, kind) {
    const args = [...field.args.values()];
    return element(
      "div",
      { class: "member", "data-member": field.name },
      element("code", {}, element("b", { class: "t-key" }, field.name), ": ", this.#reference(field.type)),
      kind &&
        element(
          "button",
          { type: "button", class: "small", click: () => this.#write(this.#schema.operation(kind, field)) },
          "Write it out",
        ),
      this.#text(field.description, false),
      this.#deprecated(field.deprecation),
      args.length > 0 && element("div", { class: "args" }, args.map((arg) => this.#input(arg, "arg"))),
    );
  }

  #input(input, className) {
    return element(
      "div",
      { class: className, "data-member": className === "member" ? input.name : null },
      element(
        "code",
        {},
        element("b", { class: "t-key" }, input.name),
        ": ",
        this.#reference(input.type),
        input.fallback === null ? null : ` = ${input.fallback}`,
      ),
      this.#text(input.description, false),
      this.#deprecated(input.deprecation),
    );
  }

  /** A type as it is written, whose name leads to it. */
  #reference({ text, name }) {
    const at = text.indexOf(name);
    return element("span", {}, text.slice(0, at), this.#link(name), text.slice(at + name.length));
  }

  #link(name) {
    return element("button", { type: "button", class: "link t-type", click: () => this.open(name) }, name);
  }

  #links(names) {
    return names.flatMap((name, index) => (index === 0 ? [this.#link(name)] : [", ", this.#link(name)]));
  }

  /** Descriptions are Markdown of which only code in `…` is used; the first sentence alone where there are many. */
  #text(description, isShort) {
    if (!description) return null;
    const text = isShort ? description.split(/(?<=[.!?])\s/, 1)[0] : description;
    const parts = text.split(/`([^`]+)`/);
    return element(
      "p",
      {},
      parts.map((part, index) => (index % 2 === 1 ? element("code", {}, part) : part)),
    );
  }

  #deprecated(why) {
    return why === null ? null : element("p", { class: "deprecated" }, element("b", {}, "Deprecated"), `: ${why}`);
  }
}
