/** The service on a real pseudo-terminal, whose screen and keyboard the test controls. */
import { findOrInstall } from "../../tools/install.ts";
import { sendSignal } from "../../tools/signal.ts";
import { PATIENCE_MS, within } from "./patience.ts";
import { serviceEnv } from "./service.ts";

/** The arguments that run the service; none needs shell quoting. */
const ARGS = ["run", "--quiet", "-P", "main.ts"];

/** A service running on a terminal. */
export interface Terminal extends AsyncDisposable {
  /** Resolves to everything on the screen once it matches `mark`; fails after `PATIENCE_MS`. */
  waitFor(mark: RegExp): Promise<string>;
  /** Closes the terminal, as if its window were closed. */
  hangUp(): void;
  /** Presses Ctrl-C and resolves to everything on the screen once the service has exited. */
  interrupt(): Promise<string>;
}

/**
 * Starts the service on a terminal.
 *
 * @param env See `startService()`.
 * @throws {Error} If `script` is missing and cannot be installed; the message says what to run.
 */
export async function startOnTerminal(env: Record<string, string>): Promise<Terminal> {
  const script = await findOrInstall({ name: "script", apt: "bsdutils", brew: "util-linux" });
  const child = new Deno.Command(script, {
    args: Deno.build.os === "darwin"
      ? ["-q", "/dev/null", Deno.execPath(), ...ARGS]
      : ["-qefc", `exec "$DENO" ${ARGS.join(" ")}`, "/dev/null"],
    cwd: new URL("../..", import.meta.url),
    clearEnv: true,
    env: { TERM: "xterm-256color", ...serviceEnv(env), DENO: Deno.execPath() },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let screen = "";
  let check = () => {};
  const read = async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      screen += text;
      check();
    }
  };
  const ended = Promise.all([read(), child.status]);
  const keyboard = child.stdin.getWriter();
  const waitFor = async (mark: RegExp) => {
    const seen = Promise.withResolvers<void>();
    check = () => mark.test(screen) && seen.resolve();
    check();
    await within(seen.promise, `${mark} did not appear within ${PATIENCE_MS} ms`);
    return screen;
  };
  const interrupt = async () => {
    await keyboard.write(new Uint8Array(["C".charCodeAt(0) - "@".charCodeAt(0)]));
    await within(ended, "The service did not exit after Ctrl-C");
    return screen;
  };
  return {
    waitFor,
    interrupt,
    hangUp: () => sendSignal(child, "SIGKILL"),
    async [Symbol.asyncDispose]() {
      await keyboard.close().catch(() => {});
      sendSignal(child, "SIGTERM");
      await ended;
    },
  };
}
