import "@natstap/viewer/react";

export const logs = <natstap-viewer onnatstap-line={({ detail }) => detail.message.trim()} />;
// @ts-expect-error -- `limit` is a number.
export const wrong = <natstap-viewer limit="many" />;
