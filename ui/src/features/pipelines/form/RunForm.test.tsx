// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { api, type Schemas } from "../../../api/client";
import { RunForm } from "./RunForm";

beforeAll(() => {
  // jsdom has neither.
  window.matchMedia ??= (() => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined })) as never;
  globalThis.ResizeObserver ??= class { observe = () => undefined; unobserve = () => undefined; disconnect = () => undefined; } as never;
});
const post = vi.spyOn(api, "POST");
const answer = (data: unknown) => ({ data, response: new Response() });
beforeEach(() => {
  post.mockReset().mockImplementation(((path: string) => Promise.resolve(answer(path === RUNS ? { id: "r" } : { version: "v2", params: PROD }))) as never);
});
afterEach(cleanup);

const RUNS = "/api/v1/runs";
const PARAM = { type: "int", required: false, choices: [], min: null, max: null, pattern: null, description: "" };
const KEDRO = {
  name: "sales", namespace: "shop", present: true, task_names: ["a"], environment: "local", environments: ["local", "prod"],
  params: [{ ...PARAM, name: "step", default: 1 }, { ...PARAM, name: "by", default: 2 }],
} as unknown as Schemas["PipelineDocument"];

const PROD = [{ ...PARAM, name: "step", default: 8 }, { ...PARAM, name: "by", default: 2 }];
const fields = () => ["step", "by"].map((name) => (screen.getByLabelText(name) as HTMLInputElement).value);
const choose = (name: string) => fireEvent.change(screen.getByLabelText("Environment"), { target: { value: name } });

function show(pipeline: Schemas["PipelineDocument"], given?: Parameters<typeof RunForm>[0]["given"]) {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}><RunForm pipeline={pipeline} given={given} onStarted={() => undefined} /></QueryClientProvider>
    </MantineProvider>,
  );
}

async function asked() {
  fireEvent.click(screen.getByRole("button", { name: "Run" }));
  const calls = post.mock.calls as unknown as [string, { body: Schemas["RunRequestBody"] }][];
  return await waitFor(() => calls.find(([path]) => path === RUNS)![1].body);
}

test("another environment shows its own values, and what a person typed stays", async () => {
  show(KEDRO);
  fireEvent.change(screen.getByLabelText("by"), { target: { value: "3" } });
  choose("prod");
  expect((screen.getByRole("button", { name: "Run" }) as HTMLButtonElement).disabled).toBe(true);
  await screen.findByLabelText("step");
  expect(fields()).toEqual(["8", "3"]);
  expect(await asked()).toMatchObject({ env: "prod", params: { by: 3 } });
});

test("the default of one environment is a value of its own in another", async () => {
  show(KEDRO);
  choose("prod");
  fireEvent.change(await screen.findByLabelText("step"), { target: { value: "1" } });
  expect(await asked()).toMatchObject({ env: "prod", params: { step: 1 } });
});

test("what is wrong in an environment is told, and the others can still be run", async () => {
  post.mockRejectedValueOnce(new Error("conf/prod/parameters.yml:1: this is no YAML"));
  show(KEDRO);
  choose("prod");
  await screen.findByText(/this is no YAML/);
  expect((screen.getByRole("button", { name: "Run" }) as HTMLButtonElement).disabled).toBe(true);
  choose("local");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(fields()).toEqual(["1", "2"]);
  expect(await asked()).toMatchObject({ env: null, params: {} });
});

test("a run like an earlier one is of its environment, with its values", async () => {
  show(KEDRO, { params: { step: 9, by: 2 }, labels: {}, environment: "prod" });
  await screen.findByLabelText("step");
  expect(fields()).toEqual(["9", "2"]);
  expect(await asked()).toMatchObject({ env: "prod", params: { step: 9 } });
});

test("pipelines that are of no Kedro project have no environment", () => {
  show({ ...KEDRO, environment: null, environments: [] });
  expect(screen.queryByLabelText("Environment")).toBeNull();
});

test("the form is opened on its first param, and without any on what runs it", () => {
  show(KEDRO);
  expect(document.activeElement).toBe(screen.getByLabelText("step"));
  cleanup();
  show({ ...KEDRO, params: [] });
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Run" }));
});
