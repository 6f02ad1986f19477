/** One stream a window: what happens in the store comes here and goes into what queries hold. */
import { useQueryClient, type InfiniteData, type Query, type QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { applyToList, applyToRun, type Change } from "../domain/apply-event";
import { parseJson } from "../domain/json";
import { isOver, type RunState } from "../domain/states";
import { ApiProblem, api, isAbsent, type Schemas } from "./client";
import { logKeys } from "./logs";
import { Meanwhile } from "./meanwhile";
import { metricsKey } from "./metrics";
import { outputKeys } from "./outputs";
import { pipelineKeys } from "./pipelines";
import { goneQuery, runContextQuery, runKeys, runQuery } from "./runs";

export type LiveState = "connecting" | "live" | "lost" | "signed-out";

/** Milliseconds after which a run that changed is read anew, at the earliest; what is quick is told by changes at once. */
const REREAD = 700;
/** The same for pipelines, whose figures follow from runs. */
const REREAD_PIPELINES = 2_000;
/** Milliseconds after which a window that is not seen lets go of its stream. */
const HIDDEN = 10_000;
const AGAIN = [500, 1_000, 2_000, 5_000, 10_000];

const LISTS = [...runKeys.lists, "list"] as const;

/** Is what a query holds kept as it is by changes, without being read again? */
function isKept({ queryKey: [first, second, third] }: Query): boolean {
  return (first === LISTS[0] && second === LISTS[1]) || (first === "run" && third === "document");
}

type Listener = (changes: readonly Change[]) => void;

/** The stream, resumed from its last number whenever it breaks. */
export class Live {
  #source: EventSource | undefined;
  #watched: string | undefined;
  /** A run that the server would not tell of: it is not there. */
  #refused: string | undefined;
  /** What was read before the stream began may have changed in between. */
  #gap = true;
  #last: string | undefined;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #state: LiveState = "connecting";
  readonly #seers = new Set<() => void>();
  readonly #listeners = new Set<Listener>();
  readonly #rereads = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #meanwhile = new Meanwhile();

  constructor(private readonly client: QueryClient) {}

  get state(): LiveState {
    return this.#state;
  }

  /** Tells when `state` is another. */
  readonly subscribe = (seer: () => void): (() => void) => {
    this.#seers.add(seer);
    return () => this.#seers.delete(seer);
  };

  /** Hears every batch of changes, after it went into the queries. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): () => void {
    this.#connect();
    document.addEventListener("visibilitychange", this.#seen);
    const ends = this.#meanwhile.watch(this.client.getQueryCache(), isKept, (query, changes) => this.#applyAgain(query, changes));
    return () => {
      ends();
      document.removeEventListener("visibilitychange", this.#seen);
      clearTimeout(this.#resting);
      this.#close();
    };
  }

  // Browsers keep six connections to a server for all windows: one that nobody sees gives its own back.
  readonly #seen = (): void => {
    clearTimeout(this.#resting);
    if (document.hidden) this.#resting = setTimeout(() => this.#close(), HIDDEN);
    else if (this.#source === undefined) this.#connect();
  };

  /** Hear also of the tasks of this run; of one run at a time. */
  watch(run: string | undefined): void {
    if (run === this.#watched) return;
    this.#watched = run;
    // Its document may have been read long before, when one pointed at a link to it.
    this.#gap ||= run !== undefined;
    this.#refused = this.#isAbsent(run) ? run : undefined;
    this.#connect();
  }

  #connect(): void {
    this.#close();
    const search = new URLSearchParams();
    const run = this.#watched === this.#refused ? undefined : this.#watched;
    if (run !== undefined) search.set("run", run);
    if (this.#last !== undefined) search.set("last_event_id", this.#last);
    const source = new EventSource(`/api/v1/stream?${search.toString()}`);
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      this.#say("live");
      if (this.#last !== undefined) this.#closeGap();
    };
    source.addEventListener("snapshot", (event) => {
      // The first one of all says where things stand; a later one, that changes were missed.
      const missed = this.#last !== undefined;
      this.#last = event.lastEventId || this.#last;
      if (missed) this.#readAll();
      else this.#closeGap();
    });
    source.addEventListener("change", (event) => {
      this.#last = event.lastEventId || this.#last;
      this.#apply((parseJson(event.data as string) as Schemas["Changes"]).changes);
    });
    let opened = false;
    source.addEventListener("open", () => (opened = true));
    source.onerror = () => void this.#broken(source, opened);
  }

  async #broken(source: EventSource, opened: boolean): Promise<void> {
    if (source !== this.#source) return;
    this.#close();
    if (!opened && this.#watched !== this.#refused && this.#isAbsent(this.#watched)) {
      this.#refused = this.#watched;
      return this.#connect();
    }
    const wait = AGAIN[Math.min(this.#tries++, AGAIN.length - 1)]!;
    const answer = await api.GET("/api/v1/about").then(() => 200, (problem: unknown) => (problem instanceof ApiProblem ? problem.status : 0));
    if (this.#source !== undefined) return;
    const signedOut = answer === 401;
    // An EventSource does not tell why it failed. The server is well: then it is the run that it does not know.
    this.#refused = answer === 200 && !opened ? this.#watched : undefined;
    this.#say(signedOut ? "signed-out" : this.#tries > 1 ? "lost" : "connecting");
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #say(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const seer of this.#seers) seer();
  }

  #readAll(): void {
    this.#gap = false;
    void this.client.invalidateQueries();
  }

  /** Reads anew what may have changed after it was read and before the stream told of changes. */
  #closeGap(): void {
    if (!this.#gap) return;
    this.#gap = false;
    const lists = this.client.getQueryCache().findAll({ queryKey: runKeys.lists, type: "active" });
    const run = this.#watched === undefined ? [] : this.client.getQueryCache().findAll({ queryKey: runQuery(this.#watched).queryKey, exact: true });
    for (const query of [...lists, ...run]) void this.#readAfter(query);
  }

  async #readAfter(query: Query): Promise<void> {
    // What is under way may have been read before as well: it ends, then it is read again.
    if (query.state.fetchStatus === "fetching") await query.promise?.catch(() => undefined);
    // Should it come into being, the stream tells.
    if (isAbsent(query.state.error)) return;
    const over = (query.state.data as { state?: RunState } | undefined)?.state;
    if (over !== undefined && isOver(over)) return;
    await this.client.invalidateQueries({ queryKey: query.queryKey, exact: true });
  }

  #isAbsent(id: string | undefined): boolean {
    return id !== undefined && isAbsent(this.client.getQueryState(runQuery(id).queryKey)?.error);
  }

  /** Reads a run that was not there when it was asked for. */
  #comes(id: string): void {
    if (!this.#isAbsent(id)) return;
    void this.client.invalidateQueries({ queryKey: runQuery(id).queryKey, exact: true });
    if (id !== this.#refused) return;
    this.#refused = undefined;
    this.#connect();
  }

  /** What has just been read may be from before these changes. */
  #applyAgain(query: Query, changes: readonly Change[]): void {
    if (query.queryKey[0] === runKeys.lists[0]) this.#applyToLists(changes, query.queryKey);
    else this.#applyToRun((query.state.data as Schemas["RunDocument"]).id, changes);
  }

  #apply(changes: readonly Change[]): void {
    this.#meanwhile.tell(changes);
    this.#applyToLists(changes);
    const touched = new Set(changes.flatMap((change) => (change.kind === "run" ? [change.run.id] : change.kind === "pipelines" ? [] : change.kind === "deleted" ? change.ids : [change.run_id])));
    for (const id of touched) this.#applyToRun(id, changes);
    for (const change of changes) {
      if (change.kind === "run") this.#comes(change.run.id);
      if (change.kind === "logs") void this.client.invalidateQueries({ queryKey: logKeys.run(change.run_id) });
      if (change.kind === "deleted") {
        void this.client.invalidateQueries({ queryKey: [...runKeys.lists, "count"] });
        // Who looks at one of them is told that it is gone.
        for (const id of change.ids) this.client.setQueryData(goneQuery(id).queryKey, true);
      }
      if (change.kind === "pipelines") void this.client.invalidateQueries({ queryKey: pipelineKeys.all });
    }
    if (changes.some((change) => change.kind === "run")) this.#soon("pipelines", REREAD_PIPELINES, [pipelineKeys.all]);
    const watched = this.#watched;
    if (watched !== undefined && this.#concerns(watched, changes)) this.#soon(`context ${watched}`, REREAD_PIPELINES, [runContextQuery(watched).queryKey]);
    for (const listener of this.#listeners) listener(changes);
  }

  /** Has another run of its pipeline come or changed? Then its neighbours are others, or stand otherwise. */
  #concerns(id: string, changes: readonly Change[]): boolean {
    const known = this.client.getQueryData<Schemas["RunDocument"]>(runQuery(id).queryKey);
    return known !== undefined && changes.some((change) =>
      change.kind === "run" && change.run.id !== id && change.run.pipeline === known.pipeline && change.run.namespace === known.namespace);
  }

  /** Reads anew after a while, once for all that happens until then. */
  #soon(what: string, wait: number, keys: readonly (readonly unknown[])[]): void {
    if (this.#rereads.has(what)) return;
    const timer = setTimeout(() => {
      this.#rereads.delete(what);
      for (const queryKey of keys) void this.client.invalidateQueries({ queryKey });
    }, wait);
    this.#rereads.set(what, timer);
  }

  #applyToLists(changes: readonly Change[], queryKey: readonly unknown[] = LISTS): void {
    type Pages = InfiniteData<Schemas["RunPage"]>;
    this.client.setQueriesData<Pages>({ queryKey }, (data) => {
      if (data === undefined) return undefined;
      const pages = data.pages.map((page) => {
        const items = applyToList(page.items, changes);
        return items === page.items ? page : { ...page, items };
      });
      return pages.every((page, at) => page === data.pages[at]) ? data : { ...data, pages };
    });
  }

  #applyToRun(id: string, changes: readonly Change[]): void {
    const { queryKey } = runQuery(id);
    const known = this.client.getQueryData(queryKey);
    if (known === undefined) return;
    const { run, stale } = applyToRun(known, changes);
    if (run !== known) this.client.setQueryData(queryKey, run);
    if (stale) this.#soon(id, REREAD, [runKeys.one(id), outputKeys.run(id), metricsKey(id)]);
  }
}

let live: Live | undefined;

/** The stream of this window. */
export function theLive(client: QueryClient): Live {
  return (live ??= new Live(client));
}

/** Whether the stream is up; for the shell. */
export function useLiveState(): LiveState {
  const stream = theLive(useQueryClient());
  return useSyncExternalStore(stream.subscribe, () => stream.state);
}

/** While this is on the screen, the run's document is kept as the run is. */
export function useWatchedRun(id: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const stream = theLive(client);
    stream.watch(id);
    return () => stream.watch(undefined);
  }, [client, id]);
}

/** Hears of changes while this is on the screen. */
export function useChanges(listener: Listener): void {
  const client = useQueryClient();
  useEffect(() => theLive(client).listen(listener), [client, listener]);
}
