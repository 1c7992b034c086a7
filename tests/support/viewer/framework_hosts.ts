/**
 * A product's site that is built from the packed package: a page each in React, Vue and Svelte.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { buildPackage } from "../../../tools/package.ts";
import { outputOf } from "../command.ts";

const SOURCES = new URL("hosts/", import.meta.url);

const DEPENDENCIES = {
  "@sveltejs/vite-plugin-svelte": "^7",
  "@types/react": "^19",
  "@types/react-dom": "^19",
  "@vitejs/plugin-vue": "^6",
  "preact": "^10",
  "react": "^19",
  "react-dom": "^19",
  "solid-js": "^1.9",
  "svelte": "^5",
  "typescript": "^7",
  "vite": "^8",
  "vue": "^3.5",
};

/** A folder with the site's sources and everything installed. */
export interface FrameworkHosts extends AsyncDisposable {
  readonly folder: string;
  /** Names of the files in the tarball. */
  readonly packed: string[];
  /** Runs a program in the folder, and resolves to what it prints. Fails if it does. */
  run(program: string, ...args: string[]): Promise<string>;
}

/** Packs the package and installs it into the hosts. */
export async function installHosts(): Promise<FrameworkHosts> {
  const folder = await Deno.makeTempDir({ prefix: "natstap-hosts-" });
  const run = async (program: string, ...args: string[]) => {
    const command = new Deno.Command(program, { args, cwd: folder, env: { NO_COLOR: "1" } });
    const { code, stdout, stderr } = await outputOf(command);
    assertEquals(code, 0, `${program} ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  };
  await buildPackage(`${folder}/package/`);
  for await (const { name } of Deno.readDir(SOURCES)) {
    await Deno.copyFile(new URL(name, SOURCES), `${folder}/${name}`);
  }
  const [{ filename, files }] = JSON.parse(await run("npm", "pack", "--json", "./package"));
  const dependencies = { ...DEPENDENCIES, "@natstap/viewer": `file:${filename}` };
  const host = { private: true, type: "module", dependencies };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(host));
  await run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--silent");
  return {
    ...{ folder, run },
    packed: files.map(({ path }: { path: string }) => path),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Serves a built site, with `/token` as its backend. */
export function serveHosts(
  { folder }: FrameworkHosts,
  token: () => Promise<string>,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === "/token") return new Response(await token());
    try {
      const file = await Deno.readFile(`${folder}/dist${pathname}`);
      const type = pathname.endsWith(".js") ? "text/javascript" : "text/html";
      return new Response(file, { headers: { "content-type": `${type}; charset=utf-8` } });
    } catch {
      return new Response(null, { status: 204 }); // The icon.
    }
  });
}
