import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where Chromium is, if it is anywhere. */
export function browserPath(): string | undefined {
  return [process.env["PENSTOCK_CHROMIUM"] ?? "", ...PLACES].find((path) => path !== "" && existsSync(path));
}

/** Starts Chromium without a window and without talk to anybody but us. */
export async function launch(path: string): Promise<Browser> {
  return await chromium.launch({ executablePath: path, args: QUIET });
}
