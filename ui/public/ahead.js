// Asks for what a run's address shows while the page's own code is still on its way; `src/api/ahead.ts` takes the answers.
(function () {
  var place = /^\/runs\/([^/]+)\/([a-z]+)$/.exec(location.pathname);
  if (place === null) return;
  var asked = (window.penstockAhead = new Map());
  function ask(address) {
    var answer = fetch(address, { credentials: "same-origin" });
    answer.catch(function () {});
    asked.set(address, answer);
  }
  if (place[2] === "workflow") ask("/api/v1/runs/" + place[1] + "/graph");
  ask("/api/v1/runs/" + place[1]);
})();
