/** Lines of a log by their number: loads what is looked at, forgets what is far, and follows a log that grows. */

export interface Window<Line> {
  readonly first: number;
  readonly total: number;
  readonly lines: readonly Line[];
  readonly complete: boolean;
  readonly damaged: readonly string[];
}

/** Loads `limit` lines from `first`; a negative `first` counts from the end. */
export type Load<Line> = (first: number, limit: number, signal: AbortSignal) => Promise<Window<Line>>;

export interface LineKind<Line> {
  /** The same for the same line, wherever it stands. */
  key(line: Line): string;
  /** Milliseconds since 1970. */
  time(line: Line): number;
}

/** Lines that are loaded at once. */
export const BLOCK = 250;
/** Blocks that are remembered: 15,000 lines. */
const REMEMBERED = 60;
/** Between lines of several attempts others may yet come, if they are younger than this (milliseconds). */
const UNSETTLED = 10_000;

/** Milliseconds between two loads while somebody drags through the log: what is passed by is not loaded. */
const PAUSE = 80;

interface Block<Line> {
  readonly lines: (Line | undefined)[];
  /** As of which reading of the log each line stands here. */
  readonly editions: number[];
  used: number;
}

export class LineStore<Line> {
  total: number | undefined;
  complete = false;
  damaged: readonly string[] = [];
  problem: unknown;

  private readonly blocks = new Map<number, Block<Line>>();
  private readonly loading = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private wanted: readonly [number, number] = [0, -1];
  private edition = 0;
  private newest = 0;
  private clock = 0;
  private version = 0;
  private refreshing: AbortController | undefined;
  private again = false;
  private paused: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly load: Load<Line>, private readonly kind: LineKind<Line>) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Grows with every change, for `useSyncExternalStore`. */
  readonly now = (): number => this.version;

  line(index: number): Line | undefined {
    return this.blocks.get(Math.floor(index / BLOCK))?.lines[index % BLOCK];
  }

  /** Where the line with this key stands now, among those that are loaded; looked for from `near` outwards. */
  find(key: string, near: number, reach: number = 2 * BLOCK): number | undefined {
    for (let away = 0; away <= reach; away += 1) {
      for (const index of away === 0 ? [near] : [near + away, near - away]) {
        const line = index < 0 ? undefined : this.line(index);
        if (line !== undefined && this.kind.key(line) === key) return index;
      }
    }
    return undefined;
  }

  /** Says which lines are looked at. Loads those that are missing, and gives up loading what is no longer looked at. */
  want(first: number, last: number): void {
    this.wanted = [Math.max(0, first), last];
    const needed = new Set(this.needed());
    for (const [number, controller] of this.loading) {
      if (needed.has(number)) continue;
      controller.abort();
      this.loading.delete(number);
      this.paused ??= setTimeout(() => {
        this.paused = undefined;
        this.loadNeeded();
      }, PAUSE);
    }
    if (this.paused === undefined) this.loadNeeded();
  }

  /** Tries again after a problem. */
  retry(): void {
    this.problem = undefined;
    void this.refresh();
  }

  /** The log may have grown, or ended: reads its end, and what is looked at where it may have changed. */
  async refresh(): Promise<void> {
    if (this.refreshing !== undefined) {
      this.again = true;
      return;
    }
    const controller = new AbortController();
    this.refreshing = controller;
    try {
      do {
        this.again = false;
        const window = await this.load(-BLOCK, BLOCK, controller.signal);
        this.edition += 1;
        this.take(window, this.edition);
        this.settle();
        this.want(...this.wanted);
      } while (this.again && !controller.signal.aborted);
    } catch (problem) {
      if (!controller.signal.aborted) this.failed(problem);
    } finally {
      if (this.refreshing === controller) this.refreshing = undefined;
    }
  }

  /** Stops all loading. */
  close(): void {
    clearTimeout(this.paused);
    this.paused = undefined;
    this.refreshing?.abort();
    this.refreshing = undefined;
    for (const controller of this.loading.values()) controller.abort();
    this.loading.clear();
  }

  private loadNeeded(): void {
    if (this.problem === undefined) for (const number of this.needed()) this.fetchBlock(number);
  }

  private needed(): number[] {
    const [first, last] = this.wanted;
    const end = Math.min(last, (this.total ?? last + 1) - 1);
    const numbers: number[] = [];
    for (let number = Math.floor(first / BLOCK); number * BLOCK <= end; number += 1) {
      if (!this.isFresh(number)) numbers.push(number);
    }
    return numbers;
  }

  private isFresh(number: number): boolean {
    const block = this.blocks.get(number);
    if (block === undefined) return false;
    const size = Math.min(BLOCK, (this.total ?? Infinity) - number * BLOCK);
    for (let at = 0; at < size; at += 1) if (block.editions[at] !== this.edition) return false;
    return true;
  }

  /** Lines that are older than any that may yet come stay where they are, unless the log has just ended. */
  private settle(): void {
    if (this.complete) return;
    for (const { lines, editions } of this.blocks.values()) {
      lines.forEach((line, at) => {
        const settled = line !== undefined && this.kind.time(line) < this.newest - UNSETTLED;
        if (settled && editions[at] === this.edition - 1) editions[at] = this.edition;
      });
    }
  }

  private fetchBlock(number: number): void {
    if (this.loading.has(number)) return;
    const controller = new AbortController();
    const { edition } = this;
    this.loading.set(number, controller);
    this.load(number * BLOCK, BLOCK, controller.signal).then(
      (window) => {
        if (this.loading.get(number) === controller) this.loading.delete(number);
        if (!controller.signal.aborted) this.take(window, edition);
      },
      (problem: unknown) => {
        if (this.loading.get(number) === controller) this.loading.delete(number);
        if (!controller.signal.aborted) this.failed(problem);
      },
    );
  }

  private take(window: Window<Line>, edition: number): void {
    this.problem = undefined;
    this.complete = window.complete;
    this.damaged = window.damaged;
    if (this.total !== undefined && window.total < this.total) this.blocks.clear();
    this.total = window.total;
    window.lines.forEach((line, at) => {
      const index = window.first + at;
      const block = this.blockOf(Math.floor(index / BLOCK));
      block.lines[index % BLOCK] = line;
      block.editions[index % BLOCK] = edition;
      this.newest = Math.max(this.newest, this.kind.time(line));
    });
    this.forget();
    this.changed();
  }

  private blockOf(number: number): Block<Line> {
    const block = this.blocks.get(number) ?? { lines: new Array<undefined>(BLOCK), editions: new Array<number>(BLOCK).fill(-1), used: 0 };
    block.used = this.clock += 1;
    this.blocks.set(number, block);
    return block;
  }

  private forget(): void {
    if (this.blocks.size <= REMEMBERED) return;
    const [first, last] = this.wanted.map((index) => Math.floor(index / BLOCK)) as [number, number];
    const oldest = [...this.blocks].filter(([number]) => number < first || number > last);
    oldest.sort(([, one], [, other]) => one.used - other.used);
    for (const [number] of oldest.slice(0, this.blocks.size - REMEMBERED)) this.blocks.delete(number);
  }

  private failed(problem: unknown): void {
    this.problem = problem;
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
