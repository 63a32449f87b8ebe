// The schema as it describes itself: types that are found by name, searched by words, and written out as operations.

const TYPE = "name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind } } } } }";
const INPUT = `name description defaultValue isDeprecated deprecationReason type { ${TYPE} }`;

/** What is asked of the server, once. */
export const INTROSPECTION = `query Introspection {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description isOneOf
      fields(includeDeprecated: true) {
        name description isDeprecated deprecationReason
        args(includeDeprecated: true) { ${INPUT} }
        type { ${TYPE} }
      }
      inputFields(includeDeprecated: true) { ${INPUT} }
      interfaces { name }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { name }
    }
    directives { name description args(includeDeprecated: true) { ${INPUT} } }
  }
}`;

/** How many finds are shown of a search. */
const FINDS = 60;
/** How deep an operation that is written out goes. */
const DEPTH = 3;

/** The description, as the page uses it. */
export class Schema {
  constructor(described) {
    this.types = new Map();
    for (const type of described.types) this.types.set(type.name, new Type(type, this));
    this.query = this.root(described.queryType);
    this.mutation = this.root(described.mutationType);
    this.subscription = this.root(described.subscriptionType);
    this.directives = new Map(
      described.directives.map((one) => [one.name, { ...one, args: named(one.args, (arg) => new Input(arg, this)) }]),
    );
  }

  root(reference) {
    return reference ? this.type(reference.name) : null;
  }

  type(name) {
    return this.types.get(name) ?? null;
  }

  directive(name) {
    return this.directives.get(name) ?? null;
  }

  /** Types, fields and enum values whose name or description has each of the words; names come first. */
  search(query) {
    const words = query.toLowerCase().split(/[\s.]+/).filter(Boolean);
    if (words.length === 0) return [];
    const found = [];
    const consider = (path, type, field, description) => {
      const name = path.toLowerCase();
      const text = `${name} ${(description ?? "").toLowerCase()}`;
      if (!words.every((word) => text.includes(word))) return;
      const own = (field ?? type.name).toLowerCase();
      const isInName = words.every((word) => name.includes(word));
      const rank = own === words.join("") ? 0 : own.startsWith(words[0]) ? 1 : isInName ? 2 : 3;
      found.push({ path, type, field, description, rank });
    };
    for (const type of this.types.values()) {
      if (type.name.startsWith("__")) continue;
      consider(type.name, type, null, type.description);
      for (const field of type.fields.values()) consider(`${type.name}.${field.name}`, type, field.name, field.description);
      for (const input of type.inputFields.values()) consider(`${type.name}.${input.name}`, type, input.name, input.description);
      for (const value of type.values) consider(`${type.name}.${value.name}`, type, value.name, value.description);
    }
    found.sort((a, b) => a.rank - b.rank || a.path.length - b.path.length || a.path.localeCompare(b.path));
    return found.slice(0, FINDS);
  }

  /** An operation that asks for a field of a root, with the arguments that it cannot do without as variables. */
  operation(kind, field) {
    const needed = [...field.args.values()].filter((arg) => arg.isRequired);
    const name = field.name.charAt(0).toUpperCase() + field.name.slice(1);
    const variables = needed.map((arg) => `$${arg.name}: ${arg.type.text}`).join(", ");
    const given = needed.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
    const head = `${kind} ${name}${variables ? `(${variables})` : ""}`;
    const body = `${field.name}${given ? `(${given})` : ""}${this.leaves(this.type(field.type.name), DEPTH, "  ")}`;
    const values = Object.fromEntries(needed.map((arg) => [arg.name, arg.example(DEPTH)]));
    return {
      name,
      query: `${head} {\n  ${body}\n}\n`,
      variables: needed.length > 0 ? JSON.stringify(values, null, 2) : "",
    };
  }

  /** What of a type can be asked for without arguments, as a selection; nothing for a type without fields. */
  leaves(type, depth, indent) {
    if (!type || !type.isComposite) return "";
    const inner = `${indent}  `;
    const lines = [];
    const free = [...type.fields.values()].filter(
      (field) => field.deprecation === null && [...field.args.values()].every((arg) => !arg.isRequired),
    );
    for (const field of free) {
      const of = this.type(field.type.name);
      if (!of?.isComposite) lines.push(field.name);
      else if (["nodes", "userErrors"].includes(field.name) && depth > 0) {
        lines.push(`${field.name}${this.leaves(of, depth - 1, inner)}`);
      } else if (depth > 1 && type.isPayload && field.name !== "edges") {
        lines.push(`${field.name}${this.leaves(of, depth - 2, inner)}`);
      }
    }
    if (lines.length === 0) lines.push("__typename");
    for (const possible of lines.length === 1 ? type.possible : []) {
      lines.push(`... on ${possible} { __typename }`);
    }
    return ` {\n${lines.map((line) => inner + line).join("\n")}\n${indent}}`;
  }
}

class Type {
  constructor(described, schema) {
    this.name = described.name;
    this.kind = described.kind;
    this.description = described.description ?? "";
    this.isOneOf = described.isOneOf === true;
    this.fields = named(described.fields, (field) => new Field(field, schema));
    this.inputFields = named(described.inputFields, (input) => new Input(input, schema));
    this.values = (described.enumValues ?? []).map((value) => ({ ...value, deprecation: deprecation(value) }));
    this.interfaces = (described.interfaces ?? []).map((one) => one.name);
    this.possible = (described.possibleTypes ?? []).map((one) => one.name);
  }

  /** Whether fields are selected of it. */
  get isComposite() {
    return ["OBJECT", "INTERFACE", "UNION"].includes(this.kind);
  }

  /** Whether a variable can be of it. */
  get isInput() {
    return ["SCALAR", "ENUM", "INPUT_OBJECT"].includes(this.kind);
  }

  /** Whether it is what a mutation or a subscription answers, so that what it has is worth asking for. */
  get isPayload() {
    return this.interfaces.includes("Payload") || /(Payload|Event|Changed|Revoked|Change)$/.test(this.name);
  }
}

class Field {
  constructor(described, schema) {
    this.name = described.name;
    this.description = described.description ?? "";
    this.type = reference(described.type);
    this.args = named(described.args, (arg) => new Input(arg, schema));
    this.deprecation = deprecation(described);
  }
}

class Input {
  #schema;

  constructor(described, schema) {
    this.#schema = schema;
    this.name = described.name;
    this.description = described.description ?? "";
    this.type = reference(described.type);
    this.fallback = described.defaultValue ?? null;
    this.deprecation = deprecation(described);
  }

  get isRequired() {
    return this.type.text.endsWith("!") && this.fallback === null;
  }

  /** The fields of the object that it takes, if it takes one. */
  inputs() {
    return this.#schema.type(this.type.name)?.inputFields ?? new Map();
  }

  /** A value of the right form, to be replaced. */
  example(depth) {
    const type = this.#schema.type(this.type.name);
    const one = () => {
      if (type?.kind === "ENUM") return type.values[0]?.name ?? null;
      if (type?.kind === "INPUT_OBJECT") {
        const needed = depth > 0 ? [...type.inputFields.values()].filter((input) => input.isRequired) : [];
        return Object.fromEntries(needed.map((input) => [input.name, input.example(depth - 1)]));
      }
      return { Int: 1, Float: 1.0, Boolean: true }[this.type.name] ?? "";
    };
    return this.type.text.startsWith("[") ? [one()] : one();
  }
}

function named(list, make) {
  return new Map((list ?? []).map((one) => [one.name, make(one)]));
}

function deprecation(described) {
  return described.isDeprecated ? described.deprecationReason || "no longer supported" : null;
}

/** A type as it is written, and the name of what is in it. */
function reference(type) {
  if (type.kind === "NON_NULL") {
    const inner = reference(type.ofType);
    return { text: `${inner.text}!`, name: inner.name };
  }
  if (type.kind === "LIST") {
    const inner = reference(type.ofType);
    return { text: `[${inner.text}]`, name: inner.name };
  }
  return { text: type.name, name: type.name };
}
