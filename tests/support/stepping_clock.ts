/**
 * A clock that a test sets, for the service alone: libfaketime puts it under the real process, whose
 * monotonic clock goes on as ever.
 *
 * @module
 */
import { findOrInstall } from "../../tools/install.ts";

/** A clock that can be set. */
export interface SteppingClock extends AsyncDisposable {
  /** The variables of a process that goes by this clock. */
  readonly env: Record<string, string>;
  /** Milliseconds since the epoch, on this clock. */
  now(): number;
  /** Sets the clock to be `seconds` ahead of the real one. */
  set(seconds: number): Promise<void>;
}

/** Makes a clock that is right. */
export async function createSteppingClock(): Promise<SteppingClock> {
  const library = await findLibrary();
  const folder = await Deno.makeTempDir({ prefix: "natstap-clock-" });
  const path = `${folder}/offset`;
  let offset = 0;
  const set = async (seconds: number) => {
    // Moved there whole, since the process may read it at any time.
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

/** The path of libfaketime, which the program `faketime` knows. */
async function findLibrary(): Promise<string> {
  const program = await findOrInstall({
    name: "faketime",
    env: "FAKETIME",
    apt: "faketime",
    brew: "libfaketime",
  });
  const args = ["-f", "+0", "printenv", "LD_PRELOAD"];
  const { stdout } = await new Deno.Command(program, { args, stdin: "null" }).output();
  return new TextDecoder().decode(stdout).trim().split(":").at(-1)!;
}
