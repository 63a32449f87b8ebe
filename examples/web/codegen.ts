// What `graphql-codegen` makes: types for every document in src, checked against the schema of this repository.
import type { CodegenConfig } from "@graphql-codegen/cli";

const scalars = { Date: "string", DateTime: "string", URL: "string" };

export default {
  schema: "../../schema.graphql",
  documents: "src/**/*.{ts,tsx}",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: { enumsAsTypes: true, scalars, strictScalars: true, useTypeImports: true },
    },
  },
} satisfies CodegenConfig;
