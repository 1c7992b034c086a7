/**
 * Runs the real `openssl` in a temporary folder, for the tests and the benchmark.
 *
 * @module
 */
import { findOrInstall } from "./install.ts";

/** A folder in which `openssl` runs. */
export interface Openssl extends AsyncDisposable {
  /** Its path. */
  readonly folder: string;
  /** Runs a command without a shell; resolves to its standard output. Rejects if the command fails. */
  run(command: string): Promise<Uint8Array>;
  /** Writes a file to the folder. */
  write(name: string, text: string | Uint8Array): Promise<void>;
  /** Reads a file from the folder. */
  read(name: string): Promise<string>;
}

/** Creates the folder, which is removed when the result is disposed. */
export async function createOpenssl(): Promise<Openssl> {
  const openssl = await findOrInstall({ name: "openssl" });
  const folder = await Deno.makeTempDir({ prefix: "natstap-openssl-" });
  return {
    folder,
    async run(command) {
      const args = command.replace(/^openssl /, "").split(" ");
      const { success, stdout, stderr } = await new Deno.Command(openssl, { args, cwd: folder })
        .output();
      if (!success) throw new Error(`Cannot run ${command}: ${new TextDecoder().decode(stderr)}`);
      return stdout;
    },
    write: (name, content) =>
      Deno.writeFile(
        `${folder}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      ),
    read: (name) => Deno.readTextFile(`${folder}/${name}`),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
