/** The project's documentation: every Markdown page. */
import { ROOT } from "./checkout.ts";

/** A page. */
export interface Page {
  /** Its path from the root of the repository. */
  readonly path: string;
  /** Its Markdown. */
  readonly text: string;
}

/** Every page. */
export const PAGES: readonly Page[] = ["", "docs/", "bench/"].flatMap((folder) =>
  [...Deno.readDirSync(ROOT + folder)]
    .filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => ({ path: folder + name, text: Deno.readTextFileSync(ROOT + folder + name) }))
);

/** The contents of a page's code blocks in one of these languages. */
export function codeBlocks(text: string, ...languages: string[]): string[] {
  const block = new RegExp(`^\`\`\`(?:${languages.join("|")})\\n([^]*?)^\`\`\`$`, "gm");
  return [...text.matchAll(block)].map(([, code]) => code!);
}
