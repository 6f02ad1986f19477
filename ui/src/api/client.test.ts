import { describe, expect, it, vi } from "vitest";
import { refusalText } from "./actions";
import { api, ApiProblem, problemText } from "./client";

const body = { type: "about:blank", status: 409, title: "", detail: "the run is over", code: "action_refused", errors: null };

describe("what is told of a refusal", () => {
  it("has what helps behind it", () => {
    expect(problemText(new ApiProblem({ ...body, cure: "replay it" }))).toBe("the run is over; replay it");
    expect(refusalText({ id: "x", outcome: "refused", code: "action_refused", detail: "the run is over", cure: "replay it" })).toBe("the run is over; replay it");
  });

  it("ends there where nothing helps", () => {
    expect(problemText(new ApiProblem({ ...body, cure: null }))).toBe("the run is over");
    expect(problemText(new Error("no way to the server"))).toBe("no way to the server");
    expect(refusalText({ id: "x", outcome: "refused", code: "not_found", detail: null, cure: null })).toBe("not_found");
  });
});

it("asks and answers with numbers of any size", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(await request.text());
    return new Response('{"params":{"id":9007199254740993}}', { headers: { "content-type": "application/json", "content-length": "34" } });
  });
  const { data } = await api.POST("/api/v1/runs", { baseUrl: "http://here", body: { pipeline: "p", params: { id: 9007199254740993n } } as never });
  vi.unstubAllGlobals();
  expect(asked).toEqual(['{"pipeline":"p","params":{"id":9007199254740993}}']);
  expect(data?.params).toEqual({ id: 9007199254740993n });
});
