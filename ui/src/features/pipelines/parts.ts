import { coming } from "../../components/coming";

/** Tabs whose code comes when it is wanted; the others are small. */
export const PARTS = {
  workflow: coming(async () => ({ default: (await import("./GraphTab")).GraphTab })),
  grid: coming(async () => ({ default: (await import("./grid/GridTab")).GridTab })),
};

/** Lets the code of a tab come ahead, where it has some of its own. Never fails: who shows it tells why. */
export async function expectPart(tab: string): Promise<void> {
  if (tab === "workflow" || tab === "grid") await PARTS[tab].ahead().catch(() => undefined);
}
