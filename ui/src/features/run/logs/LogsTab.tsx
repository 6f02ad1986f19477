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
  const { task, map, attempt, line, to, levels, from, until, q } = place;
  const view = useMemo<LogView>(
    () => ({ run: run.id, task, mapIndex: map, attempt, levels: LEVELS.filter((level) => (levels ?? "").split(",").includes(level)), from, until }),
    [run.id, task, map, attempt, levels, from, until],
  );
  const chosen = useMemo<Chosen | undefined>(() => (line === undefined || line < 1 ? undefined : { first: line - 1, last: Math.max(line, to ?? line) - 1 }), [line, to]);
  const choose = useCallback((next: Chosen | undefined) => setPlace({ line: next && next.first + 1, to: next === undefined || next.last === next.first ? undefined : next.last + 1 }), [setPlace]);
  const levelled = useCallback((next: readonly Level[]) => setPlace({ levels: next.length === 0 ? undefined : next.join(","), line: undefined, to: undefined }), [setPlace]);
  const ranged = useCallback((next: TimeRange) => setPlace({ from: next?.[0], until: next?.[1], line: undefined, to: undefined }), [setPlace]);
  const searched = useCallback((text: string) => setPlace({ q: text === "" ? undefined : text }), [setPlace]);
  const all = useCallback(() => setPlace({ task: undefined, map: undefined, attempt: undefined, levels: undefined, from: undefined, until: undefined, line: undefined, to: undefined }), [setPlace]);
  return (
    <LogsView
      view={view} live={!isOver(run.state)} start={Date.parse(run.started_at ?? run.created_at)} chosen={chosen}
      onChoose={choose} onLevels={levelled} onRange={ranged} search={q ?? ""} onSearch={searched} onAll={all} choosers={<Choosers run={run} task={task} map={map} attempt={attempt} set={setPlace} />}
    />
  );
}

interface ChoosersProps {
  run: RunDocument;
  task: string | undefined;
  map: number | undefined;
  attempt: number | undefined;
  set: ReturnType<typeof useRunPlace>[1];
}

/** Which task or item, and which of its attempts. */
function Choosers({ run, task, map, attempt, set }: ChoosersProps) {
  const options = useMemo(() => optionsOf(run), [run]);
  const chosen = run.tasks.find((one) => one.name === task && one.map_index === (map ?? null));
  const tries = (chosen?.attempts ?? []).map(({ n }) => n);
  return (
    <>
      <Select
        className="pn-logs-task" searchable clearable limit={200} placeholder="All tasks" aria-label="Task" nothingFoundMessage="No such task" data={options}
        value={task === undefined ? null : keyOf(task, map)} comboboxProps={{ width: 320, position: "bottom-start" }}
        onChange={(key) => {
          const [name, index] = key === null ? [undefined, undefined] : (JSON.parse(key) as [string, number | null]);
          set({ task: name, map: index ?? undefined, attempt: undefined, line: undefined, to: undefined });
        }}
      />
      {tries.length > 1 && (
        <Select
          className="pn-logs-attempt" aria-label="Attempt" placeholder="All attempts" clearable data={tries.map((n) => ({ value: String(n), label: `Attempt ${n}` }))}
          value={attempt === undefined ? null : String(attempt)} onChange={(n) => set({ attempt: n === null ? undefined : Number(n), line: undefined, to: undefined })}
        />
      )}
    </>
  );
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
