/** What happened to a run, with times. */
import { Button, Switch } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { api, body, type Schemas } from "../../../api/client";
import { runKeys } from "../../../api/runs";
import { StateIcon } from "../../../components/StateIcon";
import { clockText, durationText, momentText } from "../../../domain/formats";
import { Worded } from "../Worded";
import { begunText, inTime, toldOf } from "./history";

const PAGE = 200;

export function History({ run }: { run: Schemas["RunDocument"] }) {
  const [withTasks, setWithTasks] = useState(false);
  const events = useInfiniteQuery({
    queryKey: [...runKeys.one(run.id), "history", withTasks],
    queryFn: async ({ pageParam, signal }) =>
      await body(api.GET("/api/v1/runs/{run_id}/events", { params: { path: { run_id: run.id }, query: { limit: PAGE, cursor: pageParam, task: withTasks ? undefined : "" } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const all = useMemo(() => inTime((events.data?.pages ?? []).flatMap((page) => page.items)), [events.data]);
  const told = useMemo(() => all.filter(({ kind }) => kind !== "run.created").map(toldOf), [all]);
  const start = Date.parse(run.created_at);
  return (
    <section className="pn-section" aria-label="History">
      <div className="pn-history-head">
        <h2>History</h2>
        <Switch checked={withTasks} label="with tasks" labelPosition="left" onChange={(event) => setWithTasks(event.currentTarget.checked)} />
      </div>
      <ol className="pn-history">
        <li><span className="pn-history-mark"><StateIcon state="created" size={13} silent /></span><span>{begunText(run.trigger, all)}</span><time dateTime={run.created_at} title={momentText(run.created_at)}>{clockText(run.created_at)}</time></li>
        {told.map(({ id, at, task, attempt, state, words }) => (
          <li key={id}>
            <span className="pn-history-mark">{state !== undefined && <StateIcon state={state} size={13} silent />}</span>
            <span>{task !== undefined && <strong><bdi>{task}</bdi> </strong>}<Worded words={words} />{attempt !== null && attempt > 1 && <span className="pn-dim"> · attempt {attempt}</span>}</span>
            <time dateTime={at} title={at}>+{durationText(Math.max(0, Date.parse(at) - start) / 1000)}</time>
          </li>
        ))}
      </ol>
      {events.hasNextPage && <Button size="compact-xs" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>Show more</Button>}
    </section>
  );
}
