/**
 * Finds the matches that the viewer highlights, in a worker.
 *
 * @module
 */
import { segmentsOf } from "../../../web/message/segments.ts";
import { plainSpan } from "../../../web/message/ansi.ts";

/** The global scope of a worker, for which the tests have no types. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: { expression: string; texts: string[] } }) => void;
  postMessage(matches: string[][]): void;
};

scope.onmessage = ({ data: { expression, texts } }) => {
  const pattern = new RegExp(expression, "g");
  scope.postMessage(
    texts.map((text) =>
      segmentsOf([plainSpan(text)], pattern).filter(({ isMatch }) => isMatch).map(({ text }) =>
        text
      )
    ),
  );
};
