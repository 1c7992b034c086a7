import { assertEquals } from "@std/assert";
import { elementManifest, membersOf } from "../../../tools/element_manifest.ts";
import { INTERNAL_NAMES } from "../../../tools/minify.ts";
import { FACET_NAMES } from "../../../web/rows/facets.ts";
import { NatstapViewer } from "../../../web/viewer.ts";

const ELEMENT = await Deno.readTextFile(
  new URL("../../../web/package/element.ts", import.meta.url),
);
const VIEWER = await Deno.readTextFile(
  new URL("../../../web/package/files/viewer.d.ts", import.meta.url),
);
const GUIDE = await Deno.readTextFile(new URL("../../../docs/viewer.md", import.meta.url));

function namesOf(name: string): string[] {
  return membersOf(ELEMENT, name).map(({ name }) => name);
}

/** The texts of the sources in a folder. */
async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield await Deno.readTextFile(new URL(name, folder));
  }
}

Deno.test("ViewerProperties has every property of the element, with a comment", () => {
  assertEquals(
    namesOf("ViewerProperties").toSorted(),
    Object.keys(NatstapViewer.properties).toSorted(),
  );
  for (const name of ["ViewerProperties", "ViewerMethods", "ViewerEvents"]) {
    const members = membersOf(ELEMENT, name);
    assertEquals(members.filter(({ description }) => description === ""), [], name);
  }
});

Deno.test("the minifier shortens no public name", () => {
  const names = ELEMENT.replaceAll(/\/\*[^]*?\*\//g, "").match(/[\w$]+/g)!;
  assertEquals(names.filter((name) => INTERNAL_NAMES.test(name)), []);
});

Deno.test("the manifest lists attributes, events, parts and custom properties that the guide describes", () => {
  // deno-lint-ignore no-explicit-any -- the assertions check its shape
  const manifest = elementManifest(ELEMENT, VIEWER) as any;
  const [{ tagName, attributes, events, members, slots, cssParts, cssProperties }] =
    manifest.modules[0].declarations;
  assertEquals(tagName, "natstap-viewer");
  const isField = ({ kind }: { kind: string }) => kind === "field";
  // tokenProvider is a property only.
  assertEquals(attributes.length, members.filter(isField).length - 1);
  const named = [...attributes, ...events, ...slots, ...cssParts];
  for (const { name } of named) {
    assertEquals(GUIDE.includes(`\`${name}\``), true, `docs/viewer.md lacks ${name}`);
  }
  for (const { name } of cssProperties) {
    const short = name.replace("--natstap", "");
    assertEquals(GUIDE.includes(`\`${short}\``) || GUIDE.includes(`\`${name}\``), true, name);
  }
});

Deno.test("the manifest lists the parts that the viewer has", async () => {
  const templates = await Array.fromAsync(sources(new URL("../../../web/", import.meta.url)));
  const literal = templates.flatMap((text) => [...text.matchAll(/ part="([a-z ]+)/g)]);
  const parts = literal.flatMap(([, names]) => names!.trim().split(" "));
  const listed = [...VIEWER.matchAll(/@csspart (\S+)/g)].map(([, name]) => name!);
  assertEquals(listed.toSorted(), [...new Set([...parts, ...FACET_NAMES])].toSorted());
});

Deno.test("the manifest has the parameters and the result of a method", () => {
  const source = `interface ViewerMethods {
  /** Saves. */
  save(kind: "log" | "ndjson", all?: boolean): Promise<void>;
}`;
  // deno-lint-ignore no-explicit-any -- the assertions check its shape
  const manifest = elementManifest(source, "") as any;
  assertEquals(manifest.modules[0].declarations[0].members, [{
    kind: "method",
    name: "save",
    description: "Saves.",
    return: { type: { text: "Promise<void>" } },
    parameters: [
      { name: "kind", type: { text: '"log" | "ndjson"' } },
      { name: "all", type: { text: "boolean" } },
    ],
  }]);
});
