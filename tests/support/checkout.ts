/** A copy of this checkout as if it had just been cloned, and commands that run in it. */
import { fileURLToPath } from "node:url";

/** The path of this checkout, with a trailing slash. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What a fresh clone does not contain. */
const NOT_CLONED = new Set([".git", "dist", "node_modules"]);

/** A folder name full of characters that are special in URLs or shells. */
const ODD_NAME = "a b#c%20d-größe";

/** An unprivileged user; empty if this process is not root, because only root can switch users. */
export const NOBODY = Deno.uid() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A copy of the checkout in which nothing is built, with an empty `DENO_DIR`. */
export interface Checkout extends AsyncDisposable {
  /** The path of the copy. */
  readonly folder: string;
  /** Runs Deno in the copy. */
  deno(args: string[], env?: Record<string, string>): Deno.Command;
  /** Runs Deno in the copy as a user who can write neither to it nor to `DENO_DIR`. */
  denoAsReader(args: string[], env?: Record<string, string>): Deno.Command;
  /** Undoes what {@linkcode denoAsReader} did to the permissions. */
  makeWritable(): Promise<void>;
}

/**
 * Copies the checkout into a folder named `name`.
 *
 * @param cached Whether the copy uses this process's `DENO_DIR` instead.
 */
export async function copyCheckout(name = ODD_NAME, cached = false): Promise<Checkout> {
  const parent = await Deno.makeTempDir({ prefix: "natstap-checkout-" });
  const folder = `${parent}/${name}`;
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(ROOT)) {
    if (!NOT_CLONED.has(name)) await run("cp", "-R", ROOT + name, folder);
  }
  await run("rm", "-rf", `${folder}/web/dist`);
  // Deno and the home folder may be in places that another user cannot read.
  const deno = `${parent}/deno`;
  await Deno.copyFile(Deno.execPath(), deno);
  const command = (args: string[], env: Record<string, string>, options: Deno.CommandOptions) =>
    new Deno.Command(deno, {
      args,
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...options,
      env: { ...(!cached && { DENO_DIR: `${parent}/deno-dir` }), NO_COLOR: "1", ...env },
    });
  const makeWritable = () => run("chmod", "-R", "u+w", parent);
  return {
    folder,
    deno: (args, env = {}) => command(args, env, {}),
    denoAsReader(args, env = {}) {
      new Deno.Command("chmod", { args: ["-R", "a=rX", parent] }).outputSync();
      return command(args, { HOME: parent, ...env }, NOBODY);
    },
    makeWritable,
    async [Symbol.asyncDispose]() {
      await makeWritable();
      await Deno.remove(parent, { recursive: true });
    },
  };
}

/** Runs a program to completion; throws if it fails. */
export async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`Cannot run ${program}: ${new TextDecoder().decode(stderr)}`);
}
