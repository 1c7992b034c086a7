/**
 * The versions of Deno that natstap runs on.
 *
 * @module
 */

/** The version that production runs. The Dockerfile pins it; a test keeps the two equal. */
export const PRODUCTION_DENO = "2.9.6";

/** The oldest version that runs every task and passes every test. */
export const MINIMUM_DENO = "2.9.2";

/** If this version is older than required, exits with a message that names the required one. */
export function requireDeno(): void {
  const { deno } = Deno.version;
  if (deno.localeCompare(MINIMUM_DENO, "en", { numeric: true }) >= 0) return;
  console.error(
    `Cannot run on Deno ${deno}: natstap requires Deno ${MINIMUM_DENO} or later, ` +
      `such as "npx -y deno@${PRODUCTION_DENO}"`,
  );
  Deno.exit(1);
}
