import { assertEquals } from "@std/assert";
import { ROOT } from "../support/checkout.ts";

async function* listModules(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (["dist", "node_modules", ".git"].includes(name)) continue;
    if (isDirectory) yield* listModules(`${folder}${name}/`);
    if (name.endsWith(".ts")) yield folder + name;
  }
}

Deno.test("No module uses the pathname of its URL as a path, which fails if it contains a space or an umlaut", async () => {
  const found: string[] = [];
  for await (const path of listModules("")) {
    const text = await Deno.readTextFile(ROOT + path);
    if (/import\.meta\.url\)\s*\.pathname/.test(text)) found.push(path);
  }
  assertEquals(found, [], "Expected fileURLToPath()");
});
