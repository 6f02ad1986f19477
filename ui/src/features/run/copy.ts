/** Copies the address of what is on the screen, and says so. */
import { notifications } from "@mantine/notifications";

export async function copyAddress(): Promise<void> {
  try {
    await navigator.clipboard.writeText(window.location.href);
    notifications.show({ id: "copied", message: "Link copied", autoClose: 1_500 });
  } catch {
    notifications.show({ id: "copied", message: "The browser does not let the page copy", color: "red" });
  }
}
