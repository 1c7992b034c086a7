/**
 * Builds the program that production runs, `deno task build`: one file with the service, its packages
 * and the viewer, and one with its permissions.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { build, bundle, locked, replaceFile, ROOT, runBuild } from "./bundle.ts";

const FOLDER = `${ROOT}dist/`;

async function buildProgram(): Promise<void> {
  await build();
  await locked(async () => {
    const [program] = await bundle(["main.ts"], FOLDER, ["--platform=deno", "--frozen"]);
    await replaceFile(`${FOLDER}natstap.js`, program!);
    // Without those to read files that are part of the program.
    const read = config.permissions.default.read.filter((path) => path.startsWith("/"));
    const permissions = { default: { ...config.permissions.default, read } };
    await replaceFile(`${FOLDER}deno.json`, JSON.stringify({ permissions }, null, 2));
  });
}

if (import.meta.main) await runBuild(buildProgram);
