/** The log of a run, as the address says: whose, which levels, which lines. */
import { Select } from "@mantine/core";
import { useCallback, useMemo } from "react";

import { type Level, LEVELS, type LogView } from "../../../api/logs";
import type { RunDocument } from "../../../api/runs";
import { isOver } from "../../../domain/states";
import { taskText } from "../../../domain/formats";
import { useRunPlace } from "../place";
import type { Chosen } from "./LogLines";
import { LogsView } from "./LogsView";
import type { TimeRange } from "./TimeStrip";

export default function LogsTab({ run }: { run: RunDocument }) {
  const [place, setPlace] = useRunPlace();
  const { task, map, attempt, generation, line, to, levels, from, until, q } = place;
  const view = useMemo<LogView>(
    () => ({ run: run.id, task, mapIndex: map, attempt, generation, levels: LEVELS.filter((level) => (levels ?? "").split(",").includes(level)), from, until }),
    [run.id, task, map, attempt, generation, levels, from, until],
  );
  const chosen = useMemo<Chosen | undefined>(() => (line === undefined || line < 1 ? undefined : { first: line - 1, last: Math.max(line, to ?? line) - 1 }), [line, to]);
  const choose = useCallback((next: Chosen | undefined) => setPlace({ line: next && next.first + 1, to: next === undefined || next.last === next.first ? undefined : next.last + 1 }), [setPlace]);
  const levelled = useCallback((next: readonly Level[]) => setPlace({ levels: next.length === 0 ? undefined : next.join(","), line: undefined, to: undefined }), [setPlace]);
  const ranged = useCallback((next: TimeRange) => setPlace({ from: next?.[0], until: next?.[1], line: undefined, to: undefined }), [setPlace]);
  const searched = useCallback((text: string) => setPlace({ q: text === "" ? undefined : text }), [setPlace]);
  const all = useCallback(() => setPlace({ task: undefined, map: undefined, attempt: undefined, generation: undefined, levels: undefined, from: undefined, until: undefined, line: undefined, to: undefined }), [setPlace]);
  return (
    <LogsView
      view={view} live={!isOver(run.state)} start={Date.parse(run.started_at ?? run.created_at)} chosen={chosen}
      onChoose={choose} onLevels={levelled} onRange={ranged} search={q ?? ""} onSearch={searched} onAll={all} choosers={<Choosers run={run} task={task} map={map} attempt={attempt} generation={generation} set={setPlace} />}
    />
  );
}

interface ChoosersProps {
  run: RunDocument;
  task: string | undefined;
  map: number | undefined;
  attempt: number | undefined;
  generation: number | undefined;
  set: ReturnType<typeof useRunPlace>[1];
}

/** Which task or item, and which of its attempts. */
function Choosers({ run, task, map, attempt, generation, set }: ChoosersProps) {
  const options = useMemo(() => optionsOf(run), [run]);
  const chosen = run.tasks.find((one) => one.name === task && one.map_index === (map ?? null));
  const tries = triesOf(run, chosen?.attempts ?? []);
  return (
    <>
      <Select
        className="pn-logs-task" searchable clearable limit={200} placeholder="All tasks" aria-label="Task" nothingFoundMessage="No such task" data={options}
        value={task === undefined ? null : keyOf(task, map)} comboboxProps={{ width: 320, position: "bottom-start" }}
        onChange={(key) => {
          const [name, index] = key === null ? [undefined, undefined] : (JSON.parse(key) as [string, number | null]);
          set({ task: name, map: index ?? undefined, attempt: undefined, generation: undefined, line: undefined, to: undefined });
        }}
      />
      {tries.length > 1 && (
        <Select
          className="pn-logs-attempt" aria-label="Attempt" placeholder="All attempts" clearable data={tries}
          value={tries.find(({ value }) => value === `${generation ?? ""} ${attempt ?? ""}`)?.value ?? tries.findLast(({ value }) => attempt !== undefined && value.endsWith(` ${attempt}`))?.value ?? null}
          onChange={(key) => {
            const [life, n] = (key ?? " ").split(" ").map((part) => (part === "" ? undefined : Number(part)));
            set({ attempt: n, generation: life, line: undefined, to: undefined });
          }}
        />
      )}
    </>
  );
}

/** Attempts of the task that is chosen, by generation; without one, the generations of the run. */
function triesOf(run: RunDocument, attempts: RunDocument["tasks"][number]["attempts"]): { value: string; label: string }[] {
  const lives = Array.from({ length: run.generation }, (_, at) => at + 1);
  const all = run.generation === 1 ? [] : lives.map((life) => ({ value: `${life} `, label: `Generation ${life}` }));
  if (attempts.length === 0) return all;
  const tries = attempts.map(({ n, generation }) => ({ value: `${generation} ${n}`, label: run.generation === 1 ? `Attempt ${n}` : `Generation ${generation}, attempt ${n}` }));
  const several = all.filter(({ value }) => tries.filter((one) => one.value.startsWith(value)).length > 1);
  return [...several, ...tries];
}

const keyOf = (task: string, map: number | null | undefined) => JSON.stringify([task, map ?? null]);

/** Tasks, then items below the task that they belong to; those that failed are marked. */
function optionsOf(run: RunDocument) {
  const options: { value: string; label: string }[] = [];
  const seen = new Set<string>();
  for (const { name, map_index, label, state } of run.tasks) {
    if (map_index !== null && !seen.has(name)) options.push({ value: keyOf(name, null), label: `${name}, all items` });
    seen.add(name);
    options.push({ value: keyOf(name, map_index), label: `${taskText(name, map_index, label)}${state === "failed" ? " · failed" : ""}` });
  }
  return options;
}
