// The program, started on a port and a folder of its own, and stopped.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const LOADED_WITHIN_MS = 180_000;

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** `publicUrl` is where browsers see it: pictures have addresses there. */
export function startProgram(program, port, publicUrl, folder) {
  const settings = ["--listen", `127.0.0.1:${port}`, "--public-url", publicUrl, "--data-dir", folder];
  const server = spawn(program, settings, { cwd: folder, env: environment(folder), stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  let isOver = false;
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (log = (log + text).slice(-4000)));
  const over = new Promise((done) => {
    server.on("error", (error) => ((log += error.message), done()));
    server.on("exit", done);
  }).then(() => (isOver = true));

  return {
    ready: isReady(
      port,
      () => isOver,
      () => log,
    ),
    stop: () => (server.kill("SIGKILL"), over),
  };
}

/** Runs a command on the same folder, beside the server; it must succeed. `input` is what it reads. */
export async function runProgram(program, folder, command, input = "") {
  const stdio = ["pipe", "ignore", "pipe"];
  const child = spawn(program, [...command, "--data-dir", folder], { cwd: folder, env: environment(folder), stdio });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  child.stdin.end(input);
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`\`${command.join(" ")}\` ended with ${status}:\n${said}`);
}

/** Begins a command on the same folder that waits for its standard input. `ended` is its exit status. */
export function beginProgram(program, folder, command) {
  const stdio = ["pipe", "ignore", "ignore"];
  const child = spawn(program, [...command, "--data-dir", folder], { cwd: folder, env: environment(folder), stdio });
  return { ended: once(child, "close").then(([status]) => status), kill: () => child.kill("SIGKILL") };
}

/** Nothing of ours, which may set up the program otherwise. */
function environment(folder) {
  return { PATH: process.env.PATH ?? "", HOME: folder };
}

/** The demo site is loaded before the program answers at all. */
async function isReady(port, isOver, log) {
  const deadline = Date.now() + LOADED_WITHIN_MS;
  while (Date.now() < deadline && !isOver()) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`the program ${isOver() ? "ended" : "was not ready in time"}; its last words:\n${log()}`);
}
