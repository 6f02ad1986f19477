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
beforeEach(() => void post.mockReset().mockResolvedValue({ data: { id: "r" }, response: new Response() } as never));
afterEach(cleanup);

const PARAM = { type: "int", required: false, choices: [], min: null, max: null, pattern: null, description: "" };
const KEDRO = {
  name: "sales", namespace: "shop", present: true, task_names: ["a"], environment: "local", environments: ["local", "prod"],
  params: [{ ...PARAM, name: "step", default: 1 }, { ...PARAM, name: "by", default: 2 }],
} as unknown as Schemas["PipelineDocument"];

function show(pipeline: Schemas["PipelineDocument"], given?: Parameters<typeof RunForm>[0]["given"]) {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}><RunForm pipeline={pipeline} given={given} onStarted={() => undefined} /></QueryClientProvider>
    </MantineProvider>,
  );
}

async function asked() {
  fireEvent.click(screen.getByRole("button", { name: "Run" }));
  await waitFor(() => expect(post).toHaveBeenCalled());
  return (post.mock.calls[0] as unknown as [string, { body: Schemas["RunRequestBody"] }])[1].body;
}

test("a run in another environment has its values where a person gave none", async () => {
  show(KEDRO);
  fireEvent.change(screen.getByLabelText("by"), { target: { value: "3" } });
  fireEvent.change(screen.getByLabelText("by"), { target: { value: "2" } });
  fireEvent.change(screen.getByLabelText("Environment"), { target: { value: "prod" } });
  screen.getByText(/have their values of prod/);
  expect(await asked()).toMatchObject({ env: "prod", params: { by: 2 } });
});

test("a run in the environment of the pipeline names none", async () => {
  show(KEDRO);
  expect((screen.getByLabelText("Environment") as HTMLSelectElement).value).toBe("local");
  expect(await asked()).toMatchObject({ env: null, params: {} });
});

test("a run like an earlier one is of its environment, with all of its values", async () => {
  show(KEDRO, { params: { step: 8, by: 2 }, labels: {}, environment: "prod" });
  expect(await asked()).toMatchObject({ env: "prod", params: { step: 8, by: 2 } });
});

test("pipelines that are of no Kedro project have no environment", () => {
  show({ ...KEDRO, environment: null, environments: [] });
  expect(screen.queryByLabelText("Environment")).toBeNull();
});
