// Runs before the first paint, so that a dark page never flashes white. A file of its own: the policy forbids inline script.
(function () {
  var kept = null;
  try {
    kept = localStorage.getItem("penstock:scheme");
  } catch {
    // Storage may be forbidden: then the system decides.
  }
  var dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
