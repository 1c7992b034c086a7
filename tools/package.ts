/**
 * Builds the npm package `@natstap/viewer`, `deno task package`: the viewer as a module, with types for TypeScript
 * and frameworks.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { build, replaceFile, ROOT, runBuild } from "./bundle.ts";
import { elementManifest } from "./element_manifest.ts";

/** Lets the module be imported on a server, which has no DOM, such as to render a page. It creates no element there. */
const SERVER_PRELUDE = "const { document = { createTreeWalker() {} } } = globalThis;\n";

/** Where the package is written to. */
const PACKAGE_FOLDER = `${ROOT}dist/viewer-package/`;
const SOURCE = `${ROOT}web/package/`;

/** Frameworks with types of their own. Importing the package by one of these names adds its types. */
const FRAMEWORKS = ["react", "preact", "solid", "vue", "svelte"];

/**
 * Writes the package.
 *
 * @throws {Error} If the viewer cannot be built, or the folder cannot be written to.
 */
export async function buildPackage(folder: string = PACKAGE_FOLDER): Promise<void> {
  const [viewer, element, viewerTypes, texts, guide, license] = await Promise.all([
    build(),
    Deno.readTextFile(`${SOURCE}element.ts`),
    Deno.readTextFile(`${SOURCE}files/viewer.d.ts`),
    Deno.readTextFile(`${ROOT}web/texts/texts.ts`),
    Deno.readTextFile(`${ROOT}docs/viewer.md`),
    Deno.readTextFile(`${ROOT}LICENSE`),
  ]);
  const code = new TextDecoder().decode(Uint8Array.fromBase64(viewer["viewer.js"].identity));
  const types = FRAMEWORKS.map((name) => `${name}.d.ts`);
  const files: Record<string, string> = {
    "package.json": toJson(packageJson()),
    "viewer.js": SERVER_PRELUDE + code,
    "viewer.d.ts": viewerTypes,
    "element.d.ts": element,
    "texts.d.ts": texts,
    "custom-elements.json": toJson(elementManifest(element, viewerTypes)),
    "README.md": readme(guide),
    "LICENSE": license,
  };
  for (const name of types) files[name] = await Deno.readTextFile(`${SOURCE}files/${name}`);
  await Deno.mkdir(folder, { recursive: true });
  await Promise.all(
    Object.entries(files).map(([name, text]) => replaceFile(`${folder}${name}`, text)),
  );
}

function packageJson(): Record<string, unknown> {
  const module = (name: string) => ({ types: `./${name}.d.ts`, default: "./viewer.js" });
  return {
    name: "@natstap/viewer",
    version: config.version,
    description: "A log viewer for natstap: a web component that shows an app's lines live",
    keywords: ["logs", "log-viewer", "nats", "web-component", "custom-element"],
    license: config.license,
    type: "module",
    exports: {
      ".": module("viewer"),
      ...Object.fromEntries(FRAMEWORKS.map((name) => [`./${name}`, module(name)])),
      "./custom-elements.json": "./custom-elements.json",
      "./package.json": "./package.json",
    },
    types: "./viewer.d.ts",
    customElements: "custom-elements.json",
    // Importing the module defines the element.
    sideEffects: ["./viewer.js"],
  };
}

/** The viewer's page of the documentation, without links to other pages and pictures. */
function readme(guide: string): string {
  return guide.replace("# The viewer", "# @natstap/viewer")
    .replaceAll(/^!\[[^\]]*\]\([^)]*\)\n\n/gm, "")
    .replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]*\)/g, "$1");
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (import.meta.main) await runBuild(buildPackage);
