/**
 * Builds the program that production runs, `deno task build`: one file with the service, its packages
 * and the viewer, and one with its permissions.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { build, bundle, locked, replaceFile, ROOT, runBuild } from "./bundle.ts";

const FOLDER = `${ROOT}dist/`;

/**
 * Builds the viewer and the program.
 *
 * @throws {Error} If a source cannot be bundled, or the program cannot be written.
 */
export async function buildProgram(): Promise<void> {
  await build();
  await locked(async () => {
    const [program] = await bundle(["main.ts"], FOLDER, ["--platform=deno", "--frozen"]);
    await replaceFile(`${FOLDER}natstap.js`, program!);
    await replaceFile(
      `${FOLDER}deno.json`,
      JSON.stringify({ permissions: permissions() }, null, 2),
    );
  });
}

/** The service's permissions, without those to read files that are part of the program. */
function permissions() {
  const { read, ...others } = config.permissions.default;
  return { default: { ...others, read: read.filter((path) => path.startsWith("/")) } };
}

if (import.meta.main) await runBuild(buildProgram);
