import { expect, test } from "vitest";
import { askingOf, questionsOf } from "./approvals";
import type { Param } from "./params";

const param = (name: string, more: Partial<Param>): Param => ({ name, type: "str", default: "", required: false, choices: [], min: null, max: null, pattern: null, description: "", ...more });
const node = (name: string, params: Param[]) => ({ name, approval: { message: `Do ${name}?`, params, on_timeout: "rejected" as const, default: {} } });
const asks = (name: string) => ({ name, state: "paused" as const, reason: "approval" });
const run = (id: string, version: string, tasks: ReturnType<typeof asks>[]) => ({ id, namespace: "shop", pipeline: "payments", version, tasks });

const NODES = new Map([
  ["shop\npayments\nv1", [node("release", [param("amount", { type: "float", default: 100 }), param("note", {})])]],
  ["shop\npayments\nv2", [node("release", [param("amount", { type: "float", default: null, required: true })]), node("ship", [])]],
]);

test("runs that ask the same are one question, told with its defaults; another version asks for itself", () => {
  const found = questionsOf([run("a", "v1", [asks("release")]), run("b", "v2", [asks("release"), asks("ship")]), run("c", "v1", [asks("release")])], NODES);
  expect(found.map(({ task, runs, open }) => [task, runs, open])).toEqual([["release", ["a", "c"], []], ["release", ["b"], ["amount"]], ["ship", ["b"], []]]);
  expect(found[0]).toMatchObject({ pipeline: "shop / payments", message: "Do release?", defaults: [["amount", "100"], ["note", ""]] });
});

test("what does not wait for a person asks nothing", () => {
  expect(askingOf([{ ...asks("a"), state: "succeeded" as const }, { ...asks("b"), reason: "user" }, asks("c")]).map(({ name }) => name)).toEqual(["c"]);
  expect(questionsOf([run("a", "v1", [asks("gone")])], NODES)).toEqual([]);
});
