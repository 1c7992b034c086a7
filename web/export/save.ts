/**
 * Saves rows as a file.
 *
 * @module
 */
import { type FileKind, fileName, toFile } from "./download.ts";
import type { Row } from "../rows/row.ts";

/** How long the browser may take to begin with the file. Milliseconds. */
const GRACE = 60_000;

/** Hands the rows to the browser's own download. */
export async function saveRows(rows: Iterable<Row>, kind: FileKind, app: string): Promise<void> {
  const file = await toFile(rows, kind);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = fileName(app, kind);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), GRACE);
}
