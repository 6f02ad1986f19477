import { afterEach, expect, it, vi } from "vitest";
import { fetchAhead } from "./ahead";

const PLACE = "http://127.0.0.1/api/v1/runs/38fyk";
const told = async (answer: Promise<Response>) => await (await answer).text();

afterEach(() => vi.unstubAllGlobals());

it("takes what was asked for ahead, once", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("now")));
  const asked = new Map([["/api/v1/runs/38fyk", Promise.resolve(new Response("early"))]]);
  expect(await told(fetchAhead(new Request(PLACE), asked))).toBe("early");
  expect(await told(fetchAhead(new Request(PLACE), asked))).toBe("now");
});

it("asks the server for everything else", async () => {
  vi.stubGlobal("fetch", (request: Request) => Promise.resolve(new Response(`${request.method} now`)));
  const asked = new Map([["/api/v1/runs/38fyk", Promise.resolve(new Response("early"))]]);
  expect(await told(fetchAhead(new Request(`${PLACE}?x=1`), asked))).toBe("GET now");
  expect(await told(fetchAhead(new Request(PLACE, { method: "POST" }), asked))).toBe("POST now");
  expect(await told(fetchAhead(new Request(PLACE), undefined))).toBe("GET now");
});

it("tries again what did not come", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("now")));
  const lost = Promise.reject<Response>(new TypeError("no network"));
  expect(await told(fetchAhead(new Request(PLACE), new Map([["/api/v1/runs/38fyk", lost]])))).toBe("now");
});
