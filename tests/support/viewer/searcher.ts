/**
 * Searches texts as the viewer highlights them, in a worker.
 *
 * @module
 */
import { piecesOf } from "../../../web/message/pieces.ts";
import { plainSpan } from "../../../web/message/ansi.ts";

/** What a worker has, of which the tests' library of types knows nothing. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: { expression: string; texts: string[] } }) => void;
  postMessage(matches: string[][]): void;
};

scope.onmessage = ({ data: { expression, texts } }) => {
  const pattern = new RegExp(expression, "g");
  scope.postMessage(
    texts.map((text) =>
      piecesOf([plainSpan(text)], pattern).filter(({ isMatch }) => isMatch).map(({ text }) => text)
    ),
  );
};
