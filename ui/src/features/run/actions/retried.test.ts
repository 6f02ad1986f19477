import { expect, test } from "vitest";

import { retriedText } from "./retried";

const tasks = (...states: ("succeeded" | "failed" | "upstream_failed" | "skipped")[]) => states.map((state) => ({ state }));

test("what runs again and what stays is said with its number", () => {
  expect(retriedText(tasks("succeeded", "failed", "upstream_failed", "skipped"))).toBe("The 2 tasks that failed, were cancelled or never ran run again. The other 2 keep what they made.");
  expect(retriedText(tasks("failed", "succeeded"))).toBe("The task that failed or never ran runs again. The other one keeps what it made.");
  expect(retriedText(tasks("failed"))).toBe("The task that failed or never ran runs again.");
});
