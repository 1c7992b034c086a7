/**
 * The versions of Deno that natstap runs on.
 *
 * @module
 */

/** What production runs: the Dockerfile pins it, and a test keeps the two equal. */
export const PRODUCTION_DENO = "2.9.6";

/** The oldest version that runs every task and passes every test. */
export const MINIMUM_DENO = "2.9.2";

/** Ends the process with a message that says which version is required if this one is older. */
export function requireDeno(): void {
  const { deno } = Deno.version;
  if (deno.localeCompare(MINIMUM_DENO, "en", { numeric: true }) >= 0) return;
  console.error(
    `Cannot run on Deno ${deno}: natstap requires Deno ${MINIMUM_DENO} or later, ` +
      `such as "npx -y deno@${PRODUCTION_DENO}"`,
  );
  Deno.exit(1);
}
