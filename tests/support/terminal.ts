/**
 * The service on a terminal: a real pseudo-terminal, whose screen and keyboard a test has.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { findOrInstall } from "../../tools/install.ts";
import { sendSignal } from "../../tools/signal.ts";
import { PATIENCE, within } from "./patience.ts";
import { serviceEnv } from "./service.ts";

/** What runs the service: no words that a shell would take apart. */
const COMMAND = ["deno", "run", "--quiet", "-P", "main.ts"];
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A service that somebody looks at. */
export interface Terminal extends AsyncDisposable {
  /** Resolves to all that is on the screen, once `mark` is; fails where that takes too long. */
  shows(mark: RegExp): Promise<string>;
  /** Closes the terminal, as somebody does who closes its window. */
  hangUp(): void;
  /** Presses Ctrl-C, and resolves to all that came onto the screen once the service has ended. */
  interrupt(): Promise<string>;
}

/**
 * Starts the service on a terminal.
 *
 * @param env As for `startService`.
 * @throws {Error} Where there is no `script` and it cannot be installed; the message says what to run.
 */
export async function startOnTerminal(env: Record<string, string>): Promise<Terminal> {
  const script = await findOrInstall({
    name: "script",
    env: "SCRIPT",
    apt: "bsdutils",
    brew: "util-linux",
  });
  const [deno, ...args] = COMMAND;
  const child = new Deno.Command(script, {
    args: Deno.build.os === "darwin"
      ? ["-q", "/dev/null", Deno.execPath(), ...args]
      : ["-qefc", `exec "$${deno!.toUpperCase()}" ${args.join(" ")}`, "/dev/null"],
    cwd: ROOT,
    clearEnv: true,
    env: { TERM: "xterm-256color", ...serviceEnv(env), DENO: Deno.execPath() },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let screen = "";
  let look = () => {};
  const read = async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      screen += text;
      look();
    }
  };
  const ended = Promise.all([read(), child.status]);
  const keyboard = child.stdin.getWriter();
  const shows = async (mark: RegExp) => {
    const seen = Promise.withResolvers<void>();
    look = () => mark.test(screen) && seen.resolve();
    look();
    await within(seen.promise, `${mark} is not on the screen within ${PATIENCE} ms`);
    return screen;
  };
  const interrupt = async () => {
    await keyboard.write(new Uint8Array(["C".charCodeAt(0) - "@".charCodeAt(0)]));
    await within(ended, "The service has not ended on Ctrl-C");
    return screen;
  };
  return {
    shows,
    interrupt,
    hangUp: () => sendSignal(child, "SIGKILL"),
    async [Symbol.asyncDispose]() {
      await keyboard.close().catch(() => {});
      sendSignal(child, "SIGTERM");
      await ended;
    },
  };
}
