/** Answers that `public/ahead.js` asked for before this code was there, by path. */
type Asked = Map<string, Promise<Response>>;

/** Takes such an answer, once: who asks again wants to know how it is then. */
export function fetchAhead(request: Request, asked: Asked | undefined = (globalThis as { penstockAhead?: Asked }).penstockAhead): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const early = request.method === "GET" ? asked?.get(pathname + search) : undefined;
  if (early === undefined) return fetch(request);
  asked?.delete(pathname + search);
  // What failed on its way is tried as if nobody had asked.
  return early.catch(() => fetch(request));
}
