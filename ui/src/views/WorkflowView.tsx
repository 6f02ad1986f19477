/**
 * A definition's graph as picture and list, with what a run says where there is one. It knows no feature: who shows it
 * holds the selection and puts a panel beside it.
 */
import { ArrowDown, ArrowDownRight, ArrowRight, Database, Maximize, Minus, PanelLeft, Plus, SlidersHorizontal } from "lucide-react";
import { type ComponentProps, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Schemas } from "../api/client";
import { Empty } from "../components/Empty";
import { useKeys } from "../components/keys";
import { StateIcon } from "../components/StateIcon";
import { useNow } from "../components/useNow";
import { isOver, STATE_LOOK, TASK_STATES } from "../domain/states";
import { countStates } from "../domain/together";
import { find } from "../graph/scene/find";
import { figuresOf, groupFigure, taskRuns } from "../graph/scene/figures";
import { groupingOf, waysOf } from "../graph/scene/grouping";
import type { GroupBy } from "../graph/scene/options";
import { GraphCanvas, type GraphHandle } from "./graph/GraphCanvas";
import { knownScene } from "./graph/known";
import { type Hit, Seek } from "./graph/Seek";
import type { Shown } from "./graph/surface";
import { TaskTree } from "./graph/TaskTree";
import { type TreeRow, treeRows } from "./graph/treeRows";
import { useGraphOptions } from "./graph/useGraphOptions";
import { useLayout } from "./graph/useLayout";
import { Tool } from "./Tool";

/** A task or a dataset, by name; nothing when both are absent. */
export interface Picked {
  task?: string | undefined;
  dataset?: string | undefined;
}

interface Props {
  graph: Schemas["Graph"];
  run?: Schemas["RunDocument"] | undefined;
  selected: Picked;
  onSelect: (picked: Picked) => void;
  /** What can be done with a task is asked for at a point of the window. */
  onMenu?: (task: string, x: number, y: number) => void;
  /** Above the picture: how a run ended. */
  banner?: ReactNode;
  /** Beside the picture: what is selected. */
  aside?: ReactNode;
}

export function WorkflowView({ graph, run, selected, onSelect, onMenu, banner, aside }: Props) {
  const [options, change] = useGraphOptions(graph);
  const [anchor, setAnchor] = useState<string>();
  const [listed, setListed] = useState(() => window.matchMedia("(min-width: 901px)").matches);
  const canvas = useRef<GraphHandle>(null);
  const seek = useRef<HTMLInputElement>(null);
  const scene = useMemo(() => knownScene(graph, options), [graph, options]);
  const grouping = useMemo(() => groupingOf(graph, options.groupBy), [graph, options.groupBy]);
  const { laid, problem } = useLayout(graph, scene, options.direction);
  const runs = useMemo(() => (run === undefined ? new Map<string, never[]>() : taskRuns(run)), [run]);
  const wanted = selected.task !== undefined ? `task:${selected.task}` : selected.dataset !== undefined ? `dataset:${selected.dataset}` : undefined;
  const unfolded = selected.task ?? producerOf(graph, selected.dataset);
  const rows = useMemo(() => treeRows({ graph, runs, groupBy: options.groupBy, folded: options.folded, unfolded }), [graph, runs, options.groupBy, options.folded, unfolded]);
  const live = run !== undefined && !isOver(run.state);

  const shown = useMemo<Shown | null>(() => {
    if (laid === null) return null;
    const node = wanted === undefined ? -1 : (laid.scene.index.get(wanted) ?? foldedNode(laid.scene, selected.task));
    return {
      ...laid, figures: figuresOf(laid.scene, run), groupFigures: laid.scene.groups.map((group) => groupFigure(group.tasks, runs)),
      hasRun: run !== undefined, selected: node,
    };
  }, [laid, run, runs, wanted, selected.task]);

  const node = shown?.selected ?? -1;
  useEffect(() => {
    if (node >= 0) canvas.current?.reveal(node);
  }, [node]);

  const fold = (key: string) => {
    const folded = new Set(options.folded);
    if (!folded.delete(key)) folded.add(key);
    setAnchor(`group:${key}`);
    change({ folded });
  };
  const unfold = (keys: readonly string[]) => {
    if (!keys.some((key) => options.folded.has(key))) return;
    setAnchor(`group:${keys[0]!}`);
    change({ folded: new Set([...options.folded].filter((key) => !keys.includes(key))) });
  };
  const alter = (part: Parameters<typeof change>[0]) => {
    setAnchor(part.direction === undefined && part.groupBy === undefined ? (wanted ?? (shown?.scene.nodes[0]?.id)) : undefined);
    change(part);
  };
  const pick = (at: number | null) => {
    const found = at === null ? undefined : shown?.scene.nodes[at];
    if (found?.kind === "group") fold(found.name);
    else onSelect(found === undefined ? {} : found.kind === "task" ? { task: found.name } : found.kind === "dataset" ? { dataset: found.name } : {});
  };
  const menu = (at: number, x: number, y: number) => {
    const found = shown?.scene.nodes[at];
    if (found?.kind === "task") onMenu?.(found.name, x, y);
  };
  const pickRow = (row: TreeRow) => {
    const at = shown?.scene.index.get(row.id);
    onSelect(row.kind === "dataset" ? { dataset: row.name } : { task: row.name });
    if (at !== undefined) canvas.current?.look(at);
  };
  const go = ({ id, name, kind }: Hit) => {
    const at = shown?.scene.index.get(id);
    if (at === undefined) unfold(grouping.around(id));
    if (at !== undefined) canvas.current?.look(at);
    onSelect(kind === "dataset" ? { dataset: name } : { task: name });
  };
  useKeys({ "0": () => canvas.current?.fit(), "+": () => canvas.current?.zoom(1.25), "=": () => canvas.current?.zoom(1.25), "-": () => canvas.current?.zoom(0.8), "/": () => seek.current?.focus() });

  if (graph.tasks.length === 0) return <Empty title="This pipeline has no tasks"><p>Give it one with <code>@{graph.pipeline}.task</code>.</p></Empty>;
  const { keys } = grouping;
  return (
    <div className="pn-work">
      <div className="pn-work-bar" role="toolbar" aria-label="What the graph shows">
        <Tool label={listed ? "Hide the list" : "Show the list"} pressed={listed} onClick={() => setListed(!listed)}><PanelLeft size={15} aria-hidden /></Tool>
        <div className="pn-tools" role="group" aria-label="Direction">
          <Tool label="As more of it can be seen" pressed={options.direction === null} onClick={() => alter({ direction: null })}><ArrowDownRight size={15} aria-hidden /></Tool>
          <Tool label="From left to right" pressed={options.direction === "right"} onClick={() => alter({ direction: "right" })}><ArrowRight size={15} aria-hidden /></Tool>
          <Tool label="From top to bottom" pressed={options.direction === "down"} onClick={() => alter({ direction: "down" })}><ArrowDown size={15} aria-hidden /></Tool>
        </div>
        <GroupChoice graph={graph} groupBy={options.groupBy} onChange={(groupBy) => alter({ groupBy, folded: new Set() })} />
        {keys.length > 1 && (
          <button type="button" className="pn-tool" onClick={() => alter({ folded: options.folded.size === keys.length ? new Set() : new Set(keys) })}>
            {options.folded.size === keys.length ? "Unfold all" : "Fold all"}
          </button>
        )}
        <button type="button" className="pn-tool" aria-pressed={options.datasets} onClick={() => alter({ datasets: !options.datasets })}><Database size={14} aria-hidden /> Datasets</button>
        {graph.params.length > 0 && <button type="button" className="pn-tool" aria-pressed={options.params} onClick={() => alter({ params: !options.params })}><SlidersHorizontal size={14} aria-hidden /> Params</button>}
        <span className="pn-work-gap" />
        <Seek ref={seek} label="Find a task or dataset" onGo={go} find={(text) => find(graph, text)} />
        <div className="pn-tools" role="group" aria-label="Zoom">
          <Tool label="Zoom out (-)" onClick={() => canvas.current?.zoom(0.8)}><Minus size={15} aria-hidden /></Tool>
          <Tool label="Show all (0)" onClick={() => canvas.current?.fit()}><Maximize size={14} aria-hidden /></Tool>
          <Tool label="Zoom in (+)" onClick={() => canvas.current?.zoom(1.25)}><Plus size={15} aria-hidden /></Tool>
        </div>
      </div>
      {banner}
      <div className="pn-work-body">
        {listed && (live
          ? <LiveTree rows={rows} selected={wanted} onPick={pickRow} onFold={fold} />
          : <TaskTree rows={rows} selected={wanted} onPick={pickRow} onFold={fold} now={0} />)}
        <div className="pn-work-picture">
          {shown === null ? <p className="pn-work-wait">{problem ?? ""}</p> : <GraphCanvas ref={canvas} shown={shown} anchor={anchor ?? wanted} label={`Graph of ${graph.pipeline}`} live={live} onPick={pick} onMenu={onMenu && menu} onFold={fold} />}
          {run !== undefined && <Counts run={run} />}
        </div>
        {aside}
      </div>
    </div>
  );
}

function LiveTree(props: Omit<ComponentProps<typeof TaskTree>, "now">) {
  return <TaskTree {...props} now={useNow()} />;
}

function GroupChoice({ graph, groupBy, onChange }: { graph: Schemas["Graph"]; groupBy: GroupBy; onChange: (by: GroupBy) => void }) {
  const ways = useMemo(() => waysOf(graph), [graph]);
  if (ways.length === 0) return null;
  return (
    <label className="pn-tool">
      Group by
      <select value={groupBy} onChange={(event) => onChange(event.currentTarget.value as GroupBy)}>
        <option value="none">nothing</option>
        {ways.map((way) => <option key={way} value={way}>{way}</option>)}
      </select>
    </label>
  );
}

/** Task runs by state: what the colours of the picture mean, in figures. */
function Counts({ run }: { run: Schemas["RunDocument"] }) {
  const counts = useMemo(() => countStates(run.tasks.map((task) => task.state)), [run]);
  return (
    <ul className="pn-work-counts" aria-label="Tasks by state">
      {TASK_STATES.filter((state) => counts[state]).map((state) => (
        <li key={state}><StateIcon state={state} size={13} silent /><b>{counts[state]?.toLocaleString("en")}</b> {STATE_LOOK[state].word}</li>
      ))}
    </ul>
  );
}

/** The folded node that a task is in, or -1. */
function foldedNode(scene: Shown["scene"], task: string | undefined): number {
  return task === undefined ? -1 : scene.nodes.findIndex((node) => node.kind === "group" && node.tasks.includes(task));
}

function producerOf(graph: Schemas["Graph"], dataset: string | undefined): string | undefined {
  return dataset === undefined ? undefined : graph.datasets.find(({ name }) => name === dataset)?.producer ?? undefined;
}
