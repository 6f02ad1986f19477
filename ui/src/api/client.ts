/** The one door to the server: typed calls, and problems as errors. */
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "../wire/api";
import { jsonText, parseJson } from "../domain/json";
import { fetchAhead } from "./ahead";

export type Schemas = components["schemas"];
type ProblemBody = Schemas["Problem"];

/** What the server refused, and what helps. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly cure: string | null;
  readonly errors: NonNullable<ProblemBody["errors"]>;

  constructor(body: ProblemBody) {
    super(body.detail || body.title);
    this.name = "ApiProblem";
    this.status = body.status;
    this.code = body.code;
    this.cure = body.cure ?? null;
    this.errors = body.errors ?? [];
  }
}

/** What went wrong, and what helps. */
export function problemText(error: Error): string {
  return error instanceof ApiProblem && error.cure !== null ? `${error.message}; ${error.cure}` : error.message;
}

/** Did the server answer that there is no such thing? */
export function isAbsent(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined;
    throw new ApiProblem(await problemOf(response));
  },
};

async function problemOf(response: Response): Promise<ProblemBody> {
  const plain = {
    type: "about:blank", title: response.statusText || "Error", status: response.status,
    detail: `The server answered ${response.status}.`, code: "http", cure: null, errors: null,
  };
  if (!response.headers.get("content-type")?.includes("json")) return plain;
  return { ...plain, ...((await response.json().catch(() => ({}))) as Partial<ProblemBody>) };
}

const client = createClient<paths>({
  credentials: "same-origin",
  fetch: (request) => fetchAhead(request),
  querySerializer: { array: { style: "form", explode: true } },
  bodySerializer: (value) => jsonText(value),
});
client.use(problems);

/** Calls by path: `await api.GET("/api/v1/runs", { params: { query } })`. A problem is thrown as ApiProblem. */
export const api = { GET: exactly(client.GET), POST: exactly(client.POST), PUT: exactly(client.PUT), DELETE: exactly(client.DELETE) };

/** A call whose answer is read without rounding its numbers. */
function exactly<Call extends typeof client["GET" | "POST" | "PUT" | "DELETE"]>(call: Call): Call {
  const ask = call as (path: string, init?: object) => Promise<{ data?: unknown; response: Response }>;
  return (async (path: string, init?: object) => {
    const { data, response } = await ask(path, { ...init, parseAs: "text" });
    return { data: typeof data === "string" && data !== "" ? parseJson(data) : undefined, response };
  }) as unknown as Call;
}

/** The body of an answer, which is there whenever no problem was thrown. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
