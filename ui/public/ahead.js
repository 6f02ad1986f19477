// Asks for what an address shows while the page's own code is still on its way: of a run what `src/api/ahead.ts` takes,
// the worker that lays its graph out, and the files of the place's code, which the build writes below. Keeps in mind that
// somebody pressed Ctrl-K before the page could hear it.
(function () {
  var FILES = {};
  var run = /^\/runs\/([^/]+)\/([a-z]+)$/.exec(location.pathname);
  var files = FILES[location.pathname.replace(/^\/(runs|pipelines)\/[^/]+\/([a-z]+)$/, "/$1/*/$2")] || [];
  if (run !== null) {
    var asked = (window.penstockAhead = new Map());
    if (run[2] === "workflow") ask("/api/v1/runs/" + run[1] + "/graph");
    ask("/api/v1/runs/" + run[1]);
  }
  files.forEach(function (file) {
    if (/worker/.test(file)) return void (window.penstockLayouter = new Worker(file, { type: "module" }));
    var style = /\.css$/.test(file);
    var link = document.createElement("link");
    link.rel = style ? "preload" : "modulepreload";
    if (style) link.as = "style";
    // As the loader of the page asks for styles; a preload of another mode is fetched twice.
    if (style) link.crossOrigin = "";
    link.href = file;
    document.head.appendChild(link);
  });
  window.penstockSought = false;
  addEventListener("keydown", function (event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    // Who takes it takes it away: then the page hears all by itself.
    if ("penstockSought" in window) window.penstockSought = true;
  });
  function ask(address) {
    var answer = fetch(address, { credentials: "same-origin" });
    answer.catch(function () {});
    asked.set(address, answer);
  }
})();
