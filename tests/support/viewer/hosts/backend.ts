/** URL of natstap's `/logs`, which the test passes in the page's URL. */
export const src: string = new URLSearchParams(location.search).get("src")!;

/** Fetches a token from the product's own backend. */
export async function fetchToken(): Promise<string> {
  const response = await fetch("/token");
  if (!response.ok) throw new Error(`No token: ${response.status}`);
  return await response.text();
}
