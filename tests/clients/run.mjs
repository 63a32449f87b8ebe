// npm test [-- PROGRAM]: the clients and suites that others wrote, as they come, against the program: they find what our
// own tests take for granted. PROGRAM is target/debug/reelgraph if left out; it starts on an empty folder, embedded.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort, startProgram } from "../../examples/web/test/program.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const program = resolve(process.argv[2] ?? join(here, "../../target/debug/reelgraph"));

// In memory where there is room: the program waits for each write to be on a disk, and nothing here is to last.
const room = process.env.TMPDIR || !existsSync("/dev/shm") ? tmpdir() : "/dev/shm";
const folder = await mkdtemp(join(room, "reelgraph-clients."));
const port = await freePort();
const server = startProgram(program, port, `http://127.0.0.1:${port}`, folder);
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
await server.ready;

process.env.REELGRAPH = `http://127.0.0.1:${port}`;
await import("./schema.mjs");
await import("./protocols.mjs");
await import("./relay.mjs");
await import("./apollo.mjs");
await import("./urql.mjs");
