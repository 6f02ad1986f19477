/** Copies the address of what is on the screen, and says so. */
import { tell } from "./Told";

export async function copyAddress(): Promise<void> {
  try {
    await navigator.clipboard.writeText(window.location.href);
    tell("Link copied");
  } catch {
    tell("The browser does not let the page copy", { wrong: true });
  }
}
