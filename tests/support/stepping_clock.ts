/**
 * A wall clock that a test can set for the service alone: libfaketime changes it inside the real
 * process and leaves the monotonic clock as it is.
 */
import { findOrInstall } from "../../tools/install.ts";

/** A clock that can be set. */
export interface SteppingClock extends AsyncDisposable {
  /** The environment variables that make a process use this clock. */
  readonly env: Record<string, string>;
  /** The time on this clock, in milliseconds since the epoch. */
  now(): number;
  /** Sets the clock `seconds` ahead of the real time; negative values set it back. */
  set(seconds: number): Promise<void>;
}

/** Creates a clock that shows the real time. */
export async function createSteppingClock(): Promise<SteppingClock> {
  const library = await findLibrary();
  const folder = await Deno.makeTempDir({ prefix: "natstap-clock-" });
  const path = `${folder}/offset`;
  let offset = 0;
  const set = async (seconds: number) => {
    // Replaced atomically, because the process may read it at any time.
    await Deno.writeTextFile(`${path}.new`, `${seconds < 0 ? "" : "+"}${seconds}\n`);
    await Deno.rename(`${path}.new`, path);
    offset = seconds * 1000;
  };
  await set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: path,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    now: () => Date.now() + offset,
    set,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** The path of libfaketime, as reported by the `faketime` program. */
async function findLibrary(): Promise<string> {
  const program = await findOrInstall({ name: "faketime", brew: "libfaketime" });
  const args = ["-f", "+0", "printenv", "LD_PRELOAD"];
  const { stdout } = await new Deno.Command(program, { args, stdin: "null" }).output();
  return new TextDecoder().decode(stdout).trim().split(":").at(-1)!;
}
