// The words of GraphQL and JSON: for colours, for finding the operation under the cursor, and for completion.

const GRAPHQL =
  /(?<comment>#[^\n\r]*)|(?<string>"""(?:\\"""|[^])*?(?:"""|$)|"(?:\\.|[^"\\\n\r])*"?)|(?<spread>\.\.\.)|(?<variable>\$\w*)|(?<directive>@\w*)|(?<number>-?\d[\w.+-]*)|(?<name>[A-Za-z_]\w*)|(?<mark>[{}()[\]:=!|&])/g;

const JSON_WORDS =
  /(?<string>"(?:\\.|[^"\\\n\r])*"?)|(?<number>-?\d[\d.eE+-]*)|(?<name>[A-Za-z_]\w*)|(?<mark>[{}[\]:,])/g;

const KEYWORDS = new Set(["query", "mutation", "subscription", "fragment", "on"]);
const LITERALS = new Set(["true", "false", "null"]);

function words(text, pattern) {
  const found = [];
  for (const match of text.matchAll(pattern)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    found.push({ kind, text: match[0], start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** The words of a document, with where they stand; commas and blanks are none. */
export function tokens(text) {
  return words(text, GRAPHQL);
}

/** The same words, by the colours that they have. */
export function coloured(text) {
  const found = tokens(text);
  let depth = 0;
  for (const [index, token] of found.entries()) {
    if (token.kind === "mark" && "{([".includes(token.text)) depth += 1;
    if (token.kind === "mark" && "})]".includes(token.text)) depth -= 1;
    if (token.kind !== "name") continue;
    const before = found[index - 1]?.text;
    const isKeyword = KEYWORDS.has(token.text) && (depth === 0 || before === "...");
    if (isKeyword) token.kind = "keyword";
    else if (LITERALS.has(token.text)) token.kind = "number";
    else if (before === "on" || before === "!" || depth === 0) token.kind = "type";
    else if (found[index + 1]?.text === ":") token.kind = "key";
  }
  return found;
}

/** The words of a JSON text, by the colours that they have. */
export function colouredJson(text) {
  const found = words(text, JSON_WORDS);
  for (const [index, token] of found.entries()) {
    if (token.kind === "string" && found[index + 1]?.text === ":") token.kind = "key";
    if (token.kind === "name") token.kind = "number";
  }
  return found;
}

/** The operations of a document: what they are, their names (null: none) and where they stand. */
export function operations(text) {
  const found = [];
  let depth = 0;
  let open = null;
  for (const token of tokens(text)) {
    if (token.kind === "comment") continue;
    const isOpening = token.kind === "mark" && "{([".includes(token.text);
    const isClosing = token.kind === "mark" && "})]".includes(token.text);
    if (depth === 0 && open === null) {
      const kind = token.text === "{" ? "query" : token.text;
      open = { kind, name: null, start: token.start, end: text.length, isNext: token.text !== "{" };
    } else if (depth === 0 && open.isNext) {
      if (token.kind === "name") open.name = token.text;
      open.isNext = false;
    }
    if (isOpening) depth += 1;
    if (isClosing) {
      depth = Math.max(0, depth - 1);
      if (depth === 0 && token.text === "}" && open) {
        open.end = token.end;
        found.push(open);
        open = null;
      }
    }
  }
  if (open) found.push(open);
  return found
    .filter((one) => ["query", "mutation", "subscription"].includes(one.kind))
    .map(({ kind, name, start, end }) => ({ kind, name, start, end }));
}

/** The operation that is meant: the one under the cursor, else the first that ends behind it, else the last. */
export function operationAt(text, offset) {
  const all = operations(text);
  return all.find((one) => offset <= one.end) ?? all.at(-1) ?? null;
}

/**
 * What may stand at an offset: which word is being written there (`from` to the offset), and what could be meant
 * (`options`, each with `label`, `insert`, `detail`, `description`). None inside a text or a comment.
 */
export function completions(text, offset, schema) {
  const all = tokens(text);
  const inside = all.find((token) => token.start < offset && offset <= token.end);
  if (inside?.kind === "comment") return null;
  if (inside?.kind === "string" && (offset < inside.end || !/^"[^]*"$/.test(inside.text))) return null;
  const isWord = ["name", "variable", "directive"].includes(inside?.kind);
  const from = isWord ? inside.start : offset;
  const before = all.filter((token) => token.end <= from && token.kind !== "comment");
  const prefix = text.slice(from, offset).toLowerCase();
  const meant = inside?.kind === "directive" ? directives(schema) : possible(before, all, schema);
  const options = meant.filter((option) => option.label.toLowerCase().startsWith(prefix));
  options.sort((a, b) => a.rank - b.rank || a.label.localeCompare(b.label));
  return { from, prefix, options };
}

/** Follows the brackets down to the place, with the type that holds in each. */
function possible(before, all, schema) {
  const frames = [{ kind: "document", opens: schema.query, variables: [] }];
  let last = null;
  for (const token of before) {
    step(frames, token, last, schema);
    last = token;
  }
  const top = frames.at(-1);
  switch (top.kind) {
    case "document":
      if (top.wants === "type") return types(schema, (type) => type.isComposite);
      return ["query", "mutation", "subscription", "fragment"]
        .filter((word) => word === "fragment" || schema[word])
        .map((word) => option(word, `${word} `, "", ""));
    case "selection":
      if (top.isOn) return types(schema, (type) => type.isComposite);
      if (last?.text === "...") return [option("on", "on ", "", "A condition on the type"), ...fragments(all)];
      return fields(top.type);
    case "variables":
      return last?.text === ":" || last?.text === "[" ? types(schema, (type) => type.isInput) : [];
    case "list":
      return values(top.awaiting, all, schema);
    default:
      if (top.awaiting) return values(top.awaiting, all, schema);
      return inputs(top.inputs, top.used);
  }
}

/** One word further. */
function step(frames, token, last, schema) {
  const top = frames.at(-1);
  const { kind, text } = token;
  if (text === "{" || text === "(" || text === "[") return open(frames, top, text);
  if (text === "}" || text === ")" || text === "]") {
    if (frames.length > 1) frames.pop();
    const outer = frames.at(-1);
    if (top.kind === "inputs" || top.kind === "list") outer.awaiting = null;
    if (outer.kind === "document") Object.assign(outer, top.kind === "selection" ? { opens: schema.query, wants: null } : {});
    return;
  }
  if (top.kind === "document") {
    if (kind !== "name") return;
    if (["query", "mutation", "subscription"].includes(text)) top.opens = schema[text];
    else if (text === "on") top.wants = "type";
    else if (top.wants === "type") {
      top.opens = schema.type(text);
      top.wants = null;
    }
  } else if (top.kind === "selection") {
    if (kind === "spread") Object.assign(top, { isSpread: true, opens: top.type, field: null, directive: null });
    else if (kind === "directive") top.directive = schema.directive(text.slice(1));
    else if (kind === "name" && top.isSpread) Object.assign(top, { isSpread: false, isOn: text === "on" });
    else if (kind === "name" && top.isOn) Object.assign(top, { isOn: false, opens: schema.type(text) });
    else if (kind === "name") {
      const field = top.type?.fields.get(text) ?? null;
      Object.assign(top, { field, opens: field ? schema.type(field.type.name) : null, directive: null });
    }
  } else if (top.kind === "inputs") {
    if (text === ":") top.awaiting = top.input;
    else if (kind === "name" && !top.awaiting) {
      top.input = top.inputs.get(text) ?? null;
      top.used.add(text);
    } else if (kind !== "mark") top.awaiting = null;
  }
}

function open(frames, top, bracket) {
  if (top.kind === "document") {
    frames.push(bracket === "(" ? { kind: "variables" } : selection(top.opens));
  } else if (top.kind === "selection") {
    if (bracket === "(") frames.push(inputsOf((top.directive ?? top.field)?.args));
    else frames.push(selection(top.opens));
    top.isSpread = false;
  } else if (top.kind === "variables") {
    frames.push({ kind: "variables" });
  } else if (bracket === "[") {
    frames.push({ kind: "list", awaiting: top.awaiting });
  } else {
    frames.push(inputsOf(top.awaiting?.inputs?.()));
  }
}

function selection(type) {
  return { kind: "selection", type: type ?? null, opens: null, field: null, isSpread: false, isOn: false };
}

function inputsOf(inputs) {
  return { kind: "inputs", inputs: inputs ?? new Map(), used: new Set(), input: null, awaiting: null };
}

function option(label, insert, detail, description, rank = 0) {
  return { label, insert, detail, description: description ?? "", rank };
}

function fields(type) {
  if (!type) return [];
  const own = [...type.fields.values()].map((field) =>
    option(field.name, field.name, field.type.text, field.description, field.deprecation === null ? 0 : 1),
  );
  return [...own, option("__typename", "__typename", "String!", "The name of the object's type", 2)];
}

function inputs(known, used) {
  return [...known.values()]
    .filter((input) => !used.has(input.name))
    .map((input) => option(input.name, `${input.name}: `, input.type.text, input.description, input.isRequired ? 0 : 1));
}

function directives(schema) {
  return [...schema.directives.values()].map((one) => option(`@${one.name}`, `@${one.name}`, "directive", one.description));
}

function types(schema, isWanted) {
  return [...schema.types.values()]
    .filter((type) => isWanted(type) && !type.name.startsWith("__"))
    .map((type) => option(type.name, type.name, type.kind.toLowerCase().replace("_", " "), type.description));
}

function fragments(all) {
  const named = all.filter((token, index) => token.kind === "name" && all[index - 1]?.text === "fragment");
  return named.map((token) => option(token.text, token.text, "fragment", ""));
}

function values(input, all, schema) {
  const variables = new Set();
  all.forEach((token, index) => {
    if (token.kind === "variable" && all[index + 1]?.text === ":") variables.add(token.text);
  });
  const given = [...variables].map((name) => option(name, name, "variable", "", 1));
  const type = input ? schema.type(input.type.name) : null;
  if (type?.name === "Boolean") return [option("true", "true", "", ""), option("false", "false", "", ""), ...given];
  const named = type?.values.map((value) => option(value.name, value.name, type.name, value.description)) ?? [];
  return [...named, ...given];
}
