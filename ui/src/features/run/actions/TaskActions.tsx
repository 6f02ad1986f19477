/** What can be done with a task of a run: buttons of its panel, a menu at its bar, its box or its row. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChartGantt, Code, type LucideIcon, PencilRuler, Repeat, RotateCw, ScrollText, Workflow } from "lucide-react";
import { type ReactNode, useMemo } from "react";

import { runGraphQuery } from "../../../api/graphs";
import type { RunDocument } from "../../../api/runs";
import { useDoings } from "../../../components/doings";
import { MenuItem, MenuLine, MenuNote, PointMenu } from "../../../components/DropMenu";
import { tell } from "../../../components/Told";
import { retryFromRefusal, type Role, runRefusal, setRefusal, stageRefusal } from "../../../domain/actions";
import { retryOf } from "../../../domain/again";
import { taskText } from "../../../domain/formats";
import { isOver } from "../../../domain/states";
import { placeOf, type Tab } from "../links";
import { useAsk } from "./context";

/** A task or one of its items. */
export interface Place {
  task: string;
  mapIndex: number | null;
}

interface TaskAction {
  key: string;
  word: string;
  icon: LucideIcon;
  /** Why it can't be done now. */
  why: string | null;
  act: () => void;
}

/** Actions on a task, with the reason of those that can't be done. */
export function useTaskActions(run: RunDocument, { task, mapIndex }: Place): TaskAction[] {
  const ask = useAsk();
  // Who looks at a picture has the graph; nobody waits for it here, the dialog tells more.
  const graph = useQuery({ ...runGraphQuery(run.id), enabled: false });
  const row = run.tasks.find((one) => one.name === task && (mapIndex === null || one.map_index === mapIndex));
  const refused = useMemo(() => retryFromRefusal(run) ?? (graph.data === undefined ? null : retryOf(graph.data, run.tasks, task).refused), [run, graph.data, task]);
  const handlers = useMemo(() => new Map(graph.data?.tasks.flatMap(({ name, role }) => (role === "task" ? [] : [[name, role]]))), [graph.data]);
  const handler = handlers.has(task) ? "It is no step of the pipeline: it runs by itself at the end, or when the run fails." : null;
  if (row === undefined) return [];
  return [
    { key: "retry", word: "Retry from here", icon: RotateCw, why: handler ?? refused, act: () => ask({ action: "retry", from: task }) },
    { key: "replay", word: "Replay from here", icon: Repeat, why: handler ?? runRefusal("replay", run), act: () => ask({ action: "replay", from: task }) },
    { key: "set", word: "Set state", icon: PencilRuler, why: whyNotSet(run, row, mapIndex, handlers), act: () => ask({ action: "set-state", task, mapIndex: row.map_index }) },
  ];
}

function whyNotSet(run: RunDocument, row: RunDocument["tasks"][number], mapIndex: number | null, handlers: ReadonlyMap<string, Role>): string | null {
  if (row.map_index !== mapIndex) return "Each item has a state of its own: choose one.";
  const early = isOver(run.state) ? null : stageRefusal(handlers.get(row.name) ?? "task", run.tasks, handlers);
  return early ?? setRefusal(row, run);
}

/** As buttons; one that can't be pressed says why when it is. */
export function TaskButtons({ run, place }: { run: RunDocument; place: Place }): ReactNode {
  const actions = useTaskActions(run, place);
  useDoings(actions.filter(({ why }) => why === null).map(({ key, word, act }) => ({ key: `task ${key}`, word: key === "set" ? `Set the state of ${place.task}…` : `${word.replace("here", place.task)}…`, act })));
  // The short one stands beside the ways to other tabs: so all have room in two lines.
  return actions.toSorted((one, other) => Number(other.key === "set") - Number(one.key === "set")).map(({ key, word, icon: Icon, why, act }) => (
    <button key={key} type="button" aria-disabled={why !== null || undefined} title={why ?? undefined} onClick={() => (why === null ? act() : tell(why, { wrong: true }))}>
      <Icon size={14} aria-hidden /> {word}
    </button>
  ));
}

interface MenuProps {
  run: RunDocument;
  place: Place & { attempt?: number | null };
  x: number;
  y: number;
  /** The tab that it is opened in: a way there is of no use. */
  at: Tab;
  onClose: () => void;
}

/** At the point that was clicked: where else it can be looked at, and what can be done. */
export function TaskMenu({ run, place, x, y, at, onClose }: MenuProps) {
  const actions = useTaskActions(run, place);
  const navigate = useNavigate();
  const go = (tab: Tab, more: object = {}) => void navigate({ to: "/runs/$runId/$tab", params: { runId: run.id, tab }, search: { ...placeOf(place.task, place.mapIndex, place.attempt), ...more } });
  const row = run.tasks.find((one) => one.name === place.task && one.map_index === place.mapIndex);
  return (
    <PointMenu label={`Actions on ${place.task}`} x={x} y={y} onClose={onClose}>
      <MenuNote><bdi>{taskText(place.task, place.mapIndex, row?.label)}</bdi></MenuNote>
      <MenuItem icon={<ScrollText size={14} aria-hidden />} onSelect={() => go("logs")}>Log</MenuItem>
      <MenuItem icon={<Code size={14} aria-hidden />} onSelect={() => go(at === "gantt" ? "gantt" : "workflow", { source: true })}>Source</MenuItem>
      {at !== "workflow" && <MenuItem icon={<Workflow size={14} aria-hidden />} onSelect={() => go("workflow")}>In the workflow</MenuItem>}
      {at !== "gantt" && <MenuItem icon={<ChartGantt size={14} aria-hidden />} onSelect={() => go("gantt")}>In the Gantt chart</MenuItem>}
      {actions.length > 0 && <MenuLine />}
      {actions.map(({ key, word, icon: Icon, why, act }) => <MenuItem key={key} icon={<Icon size={14} aria-hidden />} why={why} onSelect={act}>{word}…</MenuItem>)}
    </PointMenu>
  );
}
