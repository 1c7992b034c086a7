/**
 * Fails tests of `lib` and `web` that leave a timer, socket, file or process behind; a preload of `deno test`.
 * Other tests share a running service, which one test starts and another one may stop.
 *
 * Operations are not checked: on a busy machine, that check fails a test that awaits everything it starts.
 */
if (/\/tests\/(lib|web)\//.test(Deno.mainModule)) Deno.test.sanitizer({ resources: true });
