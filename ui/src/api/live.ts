/** One stream a window: what happens in the store comes here and goes into what queries hold. */
import { useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { applyToList, applyToRun, type Change } from "../domain/apply-event";
import { ApiProblem, api, type Schemas } from "./client";
import { logKeys } from "./logs";
import { pipelineKeys } from "./pipelines";
import { runKeys, runQuery } from "./runs";

export type LiveState = "connecting" | "live" | "lost" | "signed-out";

/** Milliseconds after which a run that changed is read anew, at the earliest; what is quick is told by changes at once. */
const REREAD = 700;
const AGAIN = [500, 1_000, 2_000, 5_000, 10_000];

type Listener = (changes: readonly Change[]) => void;

/** The stream, resumed from its last number whenever it breaks. */
export class Live {
  #source: EventSource | undefined;
  #watched: string | undefined;
  #last: string | undefined;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: LiveState = "connecting";
  readonly #seers = new Set<() => void>();
  readonly #listeners = new Set<Listener>();
  readonly #rereads = new Map<string, ReturnType<typeof setTimeout>>();

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
    return () => this.#close();
  }

  /** Hear also of the tasks of this run; of one run at a time. */
  watch(run: string | undefined): void {
    if (run === this.#watched) return;
    this.#watched = run;
    this.#connect();
  }

  #connect(): void {
    this.#close();
    const search = new URLSearchParams();
    if (this.#watched !== undefined) search.set("run", this.#watched);
    if (this.#last !== undefined) search.set("last_event_id", this.#last);
    const source = new EventSource(`/api/v1/stream?${search.toString()}`);
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      this.#say("live");
    };
    source.addEventListener("snapshot", (event) => {
      // The first one of all says where things stand; a later one, that changes were missed.
      const missed = this.#last !== undefined;
      this.#last = event.lastEventId || this.#last;
      if (missed) this.#readAll();
    });
    source.addEventListener("change", (event) => {
      this.#last = event.lastEventId || this.#last;
      this.#apply((JSON.parse(event.data as string) as Schemas["Changes"]).changes);
    });
    source.onerror = () => void this.#broken(source);
  }

  async #broken(source: EventSource): Promise<void> {
    if (source !== this.#source) return;
    this.#close();
    const wait = AGAIN[Math.min(this.#tries++, AGAIN.length - 1)]!;
    const signedOut = await api.GET("/api/v1/about").then(() => false, (problem: unknown) => problem instanceof ApiProblem && problem.status === 401);
    if (this.#source !== undefined) return;
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
    void this.client.invalidateQueries();
  }

  #apply(changes: readonly Change[]): void {
    this.#applyToLists(changes);
    const touched = new Set(changes.flatMap((change) => (change.kind === "run" ? [change.run.id] : change.kind === "pipelines" ? [] : [change.run_id])));
    for (const id of touched) this.#applyToRun(id, changes);
    for (const change of changes) {
      if (change.kind === "logs") void this.client.invalidateQueries({ queryKey: logKeys.run(change.run_id) });
      if (change.kind === "pipelines") void this.client.invalidateQueries({ queryKey: pipelineKeys.all });
    }
    for (const listener of this.#listeners) listener(changes);
  }

  #applyToLists(changes: readonly Change[]): void {
    type Pages = InfiniteData<Schemas["RunPage"]>;
    this.client.setQueriesData<Pages>({ queryKey: [...runKeys.lists, "list"] }, (data) => {
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
    if (stale && !this.#rereads.has(id)) {
      const timer = setTimeout(() => {
        this.#rereads.delete(id);
        void this.client.invalidateQueries({ queryKey: runKeys.one(id) });
      }, REREAD);
      this.#rereads.set(id, timer);
    }
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
