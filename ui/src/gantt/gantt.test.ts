import { describe, expect, it } from "vitest";
import { chance } from "../graph/layout/sample";
import { sampleGraph, sampleRun, sampleTask, sampleTaskRun } from "../graph/scene/sample";
import { criticalPath, pathShares } from "./critical";
import { fitFrame, panFrame, revealFrame, roomFor, zoomFrame } from "./frame";
import { Axis, axisOf } from "./idle";
import { type GanttOptions, ganttTasks, rowsOf } from "./rows";
import { sharesOf, spansOf } from "./spans";
import { stepOf, ticksOf, tickText } from "./ticks";

const BASE = Date.parse("2026-03-01T08:00:00Z");
const at = (seconds: number) => new Date(BASE + seconds * 1000).toISOString().replace("Z", "000Z");
type Doc = ReturnType<typeof sampleTaskRun>;
const attempt = (n: number, dispatched: number, started: number | null, ended: number | null, state: Doc["attempts"][number]["state"] = "succeeded") => ({
  n, generation: 1, state, reason: null, dispatched_at: at(dispatched), started_at: started === null ? null : at(started), ended_at: ended === null ? null : at(ended),
  duration: null, worker: null, peak_rss_bytes: null, cpu_seconds: null, read_bytes: null, written_bytes: null, error: null,
});
/** Created at 0, queued, ran once. */
const ran = (name: string, queued: number, started: number, ended: number, more: Partial<Doc> = {}) =>
  sampleTaskRun(name, { state: "succeeded", queued_at: at(queued), started_at: at(started), ended_at: at(ended), attempts: [attempt(1, queued, started, ended)], ...more });
const PLAIN: GanttOptions = { sort: "start", onlyFailed: false, open: new Set() };
const told = (task: Doc) => spansOf(task).map(({ kind, from, to, state }) => [kind, (from - BASE) / 1000, to === null ? null : (to - BASE) / 1000, state]);

describe("spans of a task", () => {
  it("are waiting, queued, running, one after the other", () => {
    expect(told(ran("a", 2, 3, 5))).toEqual([["waiting", 0, 2, null], ["queued", 2, 3, "succeeded"], ["running", 3, 5, "succeeded"]]);
  });

  it("tell every attempt, and the wait for the next", () => {
    const task = sampleTaskRun("a", {
      state: "failed", queued_at: at(0), ended_at: at(9), attempts: [attempt(1, 0, 1, 2, "failed"), attempt(2, 4, 5, 9, "failed")],
    });
    // As it is told once it was queued for the second one.
    expect(told({ ...task, queued_at: at(4) })).toEqual(told(task));
    expect(told(task)).toEqual([["queued", 0, 1, "failed"], ["running", 1, 2, "failed"], ["retry", 2, 4, null], ["queued", 4, 5, "failed"], ["running", 5, 9, "failed"]]);
  });

  it("of a task that asks a person say so, and are on the critical path", () => {
    const asks = (more: Partial<Doc>) => sampleTaskRun("a", { kind: "approval", state: "paused", reason: "approval", started_at: at(2), ...more });
    expect(told(asks({}))).toEqual([["waiting", 0, 2, null], ["asking", 2, null, null]]);
    const answered = asks({ state: "succeeded", ended_at: at(9) });
    expect(told(answered)).toEqual([["waiting", 0, 2, null], ["asking", 2, 9, null]]);
    expect(sharesOf(spansOf(answered), BASE).asking).toBe(7_000);
    expect(criticalPath(sampleGraph([sampleTask("a")], {}), [answered], BASE).map(({ start, end }) => [start - BASE, end - BASE])).toEqual([[2_000, 9_000]]);
  });

  it("are exact to the microsecond, as what the run's document says", () => {
    const exact = (micros: number) => `2026-03-01T08:00:01.000${String(micros).padStart(3, "0")}Z`;
    const task = sampleTaskRun("a", {
      state: "succeeded", queued_at: exact(0), started_at: exact(120), ended_at: exact(540), attempts: [{ ...attempt(1, 1, 1, 1), dispatched_at: exact(0), started_at: exact(120), ended_at: exact(540) }],
    });
    expect(sharesOf(spansOf(task), BASE).running).toBeCloseTo(0.42);
  });

  it("of a run that was retried leave out the time between its lives", () => {
    const earlier = { ...attempt(1, 0, 1, 2, "failed"), generation: 1 };
    const later = { ...attempt(1, 100, 101, 103), generation: 2 };
    const task = sampleTaskRun("a", { state: "succeeded", generation: 2, created_at: at(99), queued_at: at(100), started_at: at(101), ended_at: at(103), attempts: [earlier, later] });
    expect(told(task)).toEqual([["queued", 0, 1, "failed"], ["running", 1, 2, "failed"], ["waiting", 99, 100, null], ["queued", 100, 101, "succeeded"], ["running", 101, 103, "succeeded"]]);
    expect(spansOf(task).map(({ generation }) => generation)).toEqual([1, 1, 2, 2, 2]);
    const again = sampleTaskRun("a", { state: "upstream_failed", generation: 2, created_at: at(99), ended_at: at(104), attempts: [earlier] });
    expect(told(again).at(-1)).toEqual(["waiting", 99, 104, null]);
  });

  it("go on where nothing has ended them", () => {
    expect(told(sampleTaskRun("a"))).toEqual([["waiting", 0, null, null]]);
    expect(told(sampleTaskRun("a", { state: "queued", queued_at: at(1) }))).toEqual([["waiting", 0, 1, null], ["queued", 1, null, null]]);
    expect(told(sampleTaskRun("a", { state: "running", queued_at: at(0), attempts: [attempt(1, 0, 1, null, "running")] })).at(-1)).toEqual(["running", 1, null, "running"]);
    expect(told(sampleTaskRun("a", { state: "retrying", queued_at: at(0), attempts: [attempt(1, 0, 1, 2, "failed")] })).at(-1)).toEqual(["retry", 2, null, null]);
    expect(told(sampleTaskRun("a", { state: "upstream_failed", ended_at: at(4) }))).toEqual([["waiting", 0, 4, null]]);
  });

  it.each(Array.from({ length: 50 }, (_, seed) => seed + 1))("follow each other without a hole or an overlap, whatever happened (%i)", (seed) => {
    const next = chance(seed);
    let time = next() * 3;
    const queued = time;
    const attempts = Array.from({ length: Math.floor(next() * 4) }, (_, i) => {
      const dispatched = (time += i > 0 ? next() * 2 : 0);
      const started = (time += next());
      return attempt(i + 1, dispatched, started, (time += next() * 5), "failed");
    });
    const spans = spansOf(sampleTaskRun("a", { state: "failed", queued_at: at(queued), ended_at: at(time), attempts }));
    spans.slice(1).forEach((span, i) => expect(span.from).toBe(spans[i]!.to));
    const shares = sharesOf(spans, BASE);
    expect(shares.waiting + shares.queued + shares.running + shares.retry).toBeCloseTo((spans.at(-1)?.to ?? BASE) - BASE, 5);
  });
});

describe("rows", () => {
  const item = (i: number, more: Partial<Doc> = {}) => ran("map", 1 + i, 2 + i, 4 + i, { map_index: i, label: `city ${i}`, ...more });
  const run = sampleRun([ran("late", 8, 9, 10), item(0), item(1, { state: "failed" }), item(2), ran("early", 0, 0.5, 1), sampleTaskRun("never", { state: "created" })]);
  const keys = (options: Partial<GanttOptions> = {}) => rowsOf(ganttTasks(run), { ...PLAIN, ...options }).map((row) => row.key);

  it("come in the order of start, items folded under one that sums them up", () => {
    expect(keys()).toEqual(["early", "map", "late", "never"]);
    const map = rowsOf(ganttTasks(run), PLAIN)[1]!;
    expect(map).toMatchObject({ items: 3, counts: { succeeded: 2, failed: 1 }, state: "failed", start: BASE + 1000, end: BASE + 6000 });
    expect(map.spans.map(({ kind, from, to }) => [kind, from - BASE, (to ?? 0) - BASE])).toEqual([["queued", 1000, 2000], ["running", 2000, 6000]]);
  });

  it("of items that were tried again after a night have a bar for each life, and are as long as these", () => {
    const night = 60_000;
    const kept = ran("map", 0, 1, 3, { map_index: 0 });
    const again = (more: Partial<Doc>) => sampleTaskRun("map", {
      map_index: 1, state: "succeeded", generation: 2, created_at: at(night), queued_at: at(night), started_at: at(night + 1), ended_at: at(night + 6),
      attempts: [attempt(1, 0, 1, 4, "failed"), { ...attempt(1, night, night + 1, night + 6), generation: 2 }], ...more,
    });
    const barsOf = (tasks: Doc[]) => rowsOf(ganttTasks(sampleRun(tasks)), { sort: "start", onlyFailed: false, open: new Set() })[0]!.spans.map(({ kind, from, to }) => [kind, (from - BASE) / 1000, to === null ? null : (to - BASE) / 1000]);
    const first = [["queued", 0, 1], ["running", 1, 4]];
    expect(barsOf([kept, again({})])).toEqual([...first, ["queued", night, night + 1], ["running", night + 1, night + 6]]);
    const waits = again({ state: "created", queued_at: null, started_at: null, ended_at: null, attempts: [attempt(1, 0, 1, 4, "failed")] });
    expect(barsOf([kept, waits])).toEqual(first);
    const long = ran("long", 0, 0, 20);
    expect(rowsOf(ganttTasks(sampleRun([kept, again({}), long])), { sort: "duration", onlyFailed: false, open: new Set() }).map(({ task }) => task)).toEqual(["long", "map"]);
  });

  it("open to their items", () => {
    expect(keys({ open: new Set(["map"]) })).toEqual(["early", "map", "map\n0", "map\n1", "map\n2", "late", "never"]);
  });

  it("are the same for a task that did not change", () => {
    const more = { ...run, tasks: [...run.tasks, sampleTaskRun("new")] };
    expect(ganttTasks(more)[0]!.row).toBe(ganttTasks(run)[0]!.row);
  });

  it("show what failed alone, with its fan-out", () => {
    expect(keys({ onlyFailed: true, open: new Set(["map"]) })).toEqual(["map", "map\n1"]);
  });

  it("sort by name, duration, definition", () => {
    expect(keys({ sort: "definition" })).toEqual(["late", "map", "early", "never"]);
    expect(keys({ sort: "name" })).toEqual(["early", "late", "map", "never"]);
    expect(keys({ sort: "duration" })[0]).toBe("map");
  });
});

describe("the axis", () => {
  it("is plain time without folded gaps", () => {
    const axis = new Axis(BASE, []);
    expect(axis.at(BASE + 500)).toBe(500);
    expect(axis.time(500)).toBe(BASE + 500);
  });

  it("draws long idle times short, and finds the time again at every place", () => {
    const tasks = ganttTasks(sampleRun([ran("a", 0, 0, 10), ran("b", 1000, 1000, 1010), ran("c", 1011, 1011, 1020)]));
    const axis = axisOf(tasks, BASE, BASE + 1_020_000, true);
    expect(axis.gaps.map((gap) => [gap.from - BASE, gap.to - BASE])).toEqual([[10_000, 1_000_000]]);
    expect(axis.at(BASE + 1_020_000)).toBeLessThan(31_000);
    for (let time = 0; time <= 1_020_000; time += 1_237) expect(axis.time(axis.at(BASE + time))).toBeCloseTo(BASE + time, 3);
    for (let time = 1_000; time <= 1_020_000; time += 1_000) expect(axis.at(BASE + time)).toBeGreaterThan(axis.at(BASE + time - 1_000));
  });

  it("folds nothing where something goes on all the time", () => {
    const tasks = ganttTasks(sampleRun([ran("a", 0, 0, 10), ran("b", 9, 9, 20)]));
    expect(axisOf(tasks, BASE, BASE + 20_000, true).gaps).toEqual([]);
  });
});

describe("ticks", () => {
  it("stand at round times, at least so far apart as asked", () => {
    for (const perPixel of [0.01, 0.3, 1, 7, 130, 4_000, 90_000, 3_600_000]) {
      const step = stepOf(perPixel, 84);
      expect(step / perPixel).toBeGreaterThanOrEqual(84);
      expect(step / perPixel).toBeLessThan(84 * 20 + 100 * (perPixel < 0.02 ? 100 : 0));
    }
    expect(ticksOf(-300, 1_100, 500)).toEqual([-0, 500, 1_000]);
  });

  it("say the time as exactly as needed", () => {
    expect([0, 250, 1_500, 60_000, 150_000, 11_100_000, 90_000_000].map((time) => tickText(time, 500))).toEqual(["0", "250 ms", "1.5 s", "1 min 0.0 s", "2 min 30.0 s", "3 h 5 min 0.0 s", "1 d 1 h 0.0 s"]);
    expect(tickText(150_000, 30_000)).toBe("2 min 30 s");
    expect(tickText(7_200_000, 3_600_000)).toBe("2 h");
  });

  it("never say the same twice", () => {
    for (const step of [1, 5, 20, 100, 500, 2_000, 15_000, 60_000, 1_800_000, 3_600_000, 86_400_000]) {
      const words = ticksOf(0, step * 200, step).map((tick) => tickText(tick, step));
      expect(new Set(words).size).toBe(words.length);
    }
    const days = 3 * 86_400_000 + 4 * 3_600_000;
    const words = ticksOf(days, days + 60_000, 5_000).map((tick) => tickText(tick, 5_000));
    expect(new Set(words).size).toBe(words.length);
    expect(tickText(days + 115_000, 5_000)).toBe("… 1 min 55 s");
  });
});

describe("the critical path", () => {
  const graph = sampleGraph(["load", "slow", "quick", "join", "mail"].map((name) => sampleTask(name)), { slow: ["load"], quick: ["load"], join: ["slow", "quick"] }, { mail: ["join"] });
  const tasks = [ran("load", 0, 0, 2), ran("slow", 2, 2, 9), ran("quick", 2, 2, 3), ran("join", 9, 9, 10), ran("mail", 10.5, 10.5, 11)];

  it("goes back from the last end along what was waited for", () => {
    const path = criticalPath(graph, tasks, 0);
    expect(path.map((step) => step.task)).toEqual(["load", "slow", "join", "mail"]);
    expect(pathShares(path)).toEqual({ busy: 10_500, whole: 11_000 });
  });

  it("takes the item that ended last, and what runs now as ending now", () => {
    const items = [ran("slow", 2, 2, 5, { map_index: 0 }), sampleTaskRun("slow", { map_index: 1, state: "running", queued_at: at(2), attempts: [attempt(1, 2, 2, null, "running")] })];
    const path = criticalPath(graph, [tasks[0]!, ...items], BASE + 8_000);
    expect(path.map((step) => [step.task, step.mapIndex, (step.end - BASE) / 1000])).toEqual([["load", null, 2], ["slow", 1, 8]]);
  });

  it("of a run that was retried is as long as what ran", () => {
    const night = 60_000;
    const again = [ran("join", night, night, night + 1, { generation: 2, attempts: [{ ...attempt(1, night, night, night + 1), generation: 2 }] })];
    const path = criticalPath(graph, [...tasks.slice(0, 3), ...again], 0);
    expect(pathShares(path)).toEqual({ busy: 10_000, whole: 10_000 });
    const kept = sampleTaskRun("join", { state: "upstream_failed", generation: 2, ended_at: at(night), attempts: [attempt(1, 9, 9, 10, "failed")] });
    expect(pathShares(criticalPath(graph, [...tasks.slice(0, 3), kept], 0))).toEqual({ busy: 10_000, whole: 10_000 });
  });

  it("leads to what comes last from the last of all others", () => {
    const last = { ...graph, tasks: [...graph.tasks, sampleTask("tidy", { role: "finally" })] };
    const path = criticalPath(last, [...tasks, ran("tidy", 11, 11, 12)], 0);
    expect(path.map((step) => step.task)).toEqual(["load", "slow", "join", "mail", "tidy"]);
  });

  it("is empty before anything ran, and ends in a graph with a circle", () => {
    expect(criticalPath(graph, [sampleTaskRun("load")], 0)).toEqual([]);
    const circle = { tasks: [], datasets: [], edges: [{ source: "task:load", target: "task:slow", kind: "order" as const }, { source: "task:slow", target: "task:load", kind: "order" as const }] };
    expect(criticalPath(circle, tasks, 0).length).toBeLessThanOrEqual(2);
  });
});

describe("the frame", () => {
  it("keeps the time under the pointer while it zooms", () => {
    const frame = fitFrame(60_000, 1_000);
    for (const factor of [1.2, 3, 50]) {
      const zoomed = zoomFrame(frame, 400, factor, 60_000, 1_000);
      expect(zoomed.from + 400 * zoomed.perPixel).toBeCloseTo(frame.from + 400 * frame.perPixel, 3);
    }
    expect(zoomFrame(frame, 400, 0.1, 60_000, 1_000).perPixel).toBe(frame.perPixel);
  });

  it("never leaves the run", () => {
    const frame = zoomFrame(fitFrame(60_000, 1_000), 0, 10, 60_000, 1_000);
    const right = panFrame(frame, -1e6, 60_000, 1_000);
    expect(right.from).toBeLessThan(60_000);
    const left = panFrame(frame, 1e6, 60_000, 1_000);
    expect(left.from + 1_000 * left.perPixel).toBeGreaterThan(0);
  });

  it("brings a stretch into sight, moving no more than it must", () => {
    const frame = { from: 0, perPixel: 10 };
    expect(revealFrame(frame, 2_000, 3_000, 1_000)).toBe(frame);
    expect(revealFrame(frame, 20_000, 21_000, 1_000).from).toBe(11_600);
    expect(revealFrame(frame, -5_000, -4_000, 1_000).from).toBe(-5_240);
  });

  it("grows in steps with a run that goes on, and always has room", () => {
    const rooms = Array.from({ length: 500 }, (_, i) => roomFor(i * 97));
    rooms.forEach((room, i) => expect(room).toBeGreaterThan(i * 97));
    expect(new Set(rooms).size).toBeLessThan(15);
  });
});
