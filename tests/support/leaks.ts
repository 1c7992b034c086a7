/**
 * Fails tests of `lib` and `web` that leave a timer, socket, file, process or operation behind; a preload of
 * `deno test`. Other tests share a running service, whose operations start in one test and end in another.
 */
if (/\/tests\/(lib|web)\//.test(Deno.mainModule)) {
  Deno.test.sanitizer({ ops: true, resources: true });
}
