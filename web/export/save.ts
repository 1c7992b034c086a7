/**
 * Saves rows as a file.
 *
 * @module
 */
import { type FileKind, fileName, toFile } from "./download.ts";
import type { Row } from "../rows/row.ts";

/** Time for the browser to start saving the file. */
const SAVE_MS = 60_000;

/** Starts a download of the rows. */
export async function saveRows(rows: Iterable<Row>, kind: FileKind, app: string): Promise<void> {
  const file = await toFile(rows, kind);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = fileName(app, kind);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVE_MS);
}
