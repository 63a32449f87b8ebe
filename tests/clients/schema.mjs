// The schema by the linters of others, with all their rules but those that cannot hold here; each says why.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import plugin from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";

const here = fileURLToPath(new URL(".", import.meta.url));
const schema = fileURLToPath(new URL("../../schema.graphql", import.meta.url));
const run = (command, ...of) => promisify(execFile)(join(here, "node_modules/.bin", command), of, { cwd: here });

test("graphql-schema-linter: all rules but alphabetical order", async () => {
  // What a reader wants comes first, and values of enums have an order of their own.
  const sorted = ["type-fields", "interface-fields", "input-object-fields", "enum-values"];
  const except = sorted.map((what) => `${what}-sorted-alphabetically`).join();
  await run("graphql-schema-linter", schema, "--except", except).catch(({ stdout, stderr }) =>
    assert.fail(stdout + stderr),
  );
});

test("@graphql-eslint: what it recommends for schemas, and for Relay's", async () => {
  const rules = {
    ...plugin.configs["flat/schema-recommended"].rules,
    ...plugin.configs["flat/schema-relay"].rules,
    // One line where one is enough, as the program prints it.
    "@graphql-eslint/description-style": "off",
    // What is a value of something else, as a score, has no id; that what has one is a node our own tests say.
    "@graphql-eslint/strict-id-in-types": "off",
    // Lists of few entries, and `nodes` beside `edges`, are lists; our own tests say which. What is no node, as a pair of
    // titles that may be one, stands in a list all the same.
    "@graphql-eslint/relay-edge-types": [
      "error",
      { withEdgeSuffix: true, listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
    ],
  };
  const languageOptions = { parser: plugin.parser, parserOptions: { graphQLConfig: { schema } } };
  const eslint = new ESLint({
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    overrideConfigFile: true,
    overrideConfig: [{ files: ["**/*.graphql"], languageOptions, plugins: { "@graphql-eslint": plugin }, rules }],
  });
  const [{ messages }] = await eslint.lintFiles(["schema.graphql"]);
  // Who has uploaded something: the word begins as its type does, and repeats nothing.
  const found = messages.filter(({ message }) => !message.startsWith('Field "uploadedBy" starts with'));
  assert.deepEqual(
    found.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`),
    [],
  );
});

test("relay-compiler: documents that page both ways", async () => {
  // Of what is there already the compiler writes no text.
  await rm(join(here, "made"), { recursive: true, force: true });
  await mkdir(join(here, "made"));
  await writeFile(join(here, "made/documents.json"), "{}");
  await writeFile(join(here, "made/package.json"), '{ "type": "commonjs" }');
  const config = {
    src: "./relay",
    schema: "../../schema.graphql",
    language: "javascript",
    eagerEsModules: false,
    artifactDirectory: "./made",
    customScalarTypes: { Date: "string", DateTime: "string", URL: "string" },
    persistConfig: { file: "./made/documents.json", algorithm: "SHA256" },
  };
  await writeFile(join(here, "relay.config.json"), JSON.stringify(config));
  await run("relay-compiler", "relay.config.json").catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
});
