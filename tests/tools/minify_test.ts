import { assertEquals } from "@std/assert";
import { ROOT } from "../../tools/bundle.ts";
import { minify } from "../../tools/minify.ts";

/** What the minifier would change after a line break: white space, and declarations of styles. */
const CHANGED = /\\n(?:\\[nt]|\s|[a-z-]+: )/;

Deno.test("minify() keeps a line break in a text", async () => {
  const script = await minify("export const lines=t=>`${t}\nof text`;");
  assertEquals(script.replaceAll("\n", "\\n"), "export const lines=t=>`${t}\\nof text`;");
});

Deno.test("No text of the viewer has a line break that minify() would change", async () => {
  for (const folder of ["web", "lib/log_line"]) {
    for await (const path of files(`${ROOT}${folder}`)) {
      const lines = (await Deno.readTextFile(path)).split("\n");
      const changed = lines.filter((line) => !/^\s*\*/.test(line) && CHANGED.test(line));
      assertEquals(changed, [], path);
    }
  }
});

async function* files(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* files(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}
