/**
 * A copy of this project's checkout, as if it had just been cloned, and commands that run there.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** This checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What a clone does not have. */
const NOT_CLONED = new Set([".git", "dist", "node_modules"]);

/** A name in which every character is one that a URL or a shell might treat specially. */
const ODD_NAME = "a b#c%20d-größe";

/** A user without rights; none if this one is not root, who alone can run a process as another. */
export const NOBODY = Deno.uid() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A copy of the checkout in which nothing is built, with a `DENO_DIR` in which nothing is cached. */
export interface Checkout extends AsyncDisposable {
  /** The copy's path. */
  readonly folder: string;
  /** Runs Deno in the copy. */
  deno(args: string[], env?: Record<string, string>): Deno.Command;
  /** Runs Deno in the copy as a user who may write neither there nor to `DENO_DIR`. */
  denoAsReader(args: string[], env?: Record<string, string>): Deno.Command;
  /** Gives this user back what {@linkcode denoAsReader} has taken away. */
  makeWritable(): Promise<void>;
}

/**
 * Copies the checkout into a folder with this name.
 *
 * @param cached Whether the copy shares this process's `DENO_DIR` instead.
 */
export async function copyCheckout(name = ODD_NAME, cached = false): Promise<Checkout> {
  const parent = await Deno.makeTempDir({ prefix: "natstap-checkout-" });
  const folder = `${parent}/${name}`;
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(ROOT)) {
    if (!NOT_CLONED.has(name)) await run("cp", "-R", ROOT + name, folder);
  }
  await run("rm", "-rf", `${folder}/web/dist`);
  // Deno may be where another user cannot read it, and so may be the home folder.
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

/** Runs a program to its end, and fails if it does. */
export async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`Cannot ${program}: ${new TextDecoder().decode(stderr)}`);
}
