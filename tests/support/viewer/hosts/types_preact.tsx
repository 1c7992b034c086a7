/** @jsxImportSource preact */
import "@natstap/viewer/preact";
import { fetchToken, src } from "./backend.ts";

export const logs = (
  <natstap-viewer
    src={src}
    tokenProvider={fetchToken}
    onnatstap-line={({ detail }) => detail.message.trim()}
    class="logs"
  />
);
// @ts-expect-error -- `limit` is a number.
export const wrong = <natstap-viewer limit="many" />;
