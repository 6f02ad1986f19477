import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const PYTHON = process.env["PENSTOCK_PYTHON"] ?? join(ROOT, ".venv/bin/python");
const PATIENCE = 30_000;
/** Bytes that have to be free where files lie in memory. */
const ROOM = 4e9;

const OPEN = new URLSearchParams(["created", "queued", "running", "paused", "cancelling"].map((state) => ["state", state]));

/** A folder with pipelines (those beside this file, or none) in which commands are typed. */
export class Project {
  private readonly children = new Set<Command>();

  private constructor(readonly folder: string) {}

  /** A new folder. */
  static with(...pipelines: string[]): Project {
    const project = new Project(mkdtempSync(join(place(), "penstock-journey-")));
    mkdirSync(join(project.folder, ".penstock"), { mode: 0o700 });
    mkdirSync(join(project.folder, "pipelines"));
    for (const name of pipelines) project.add(name);
    return project;
  }

  /** The folder of a project that is there, for one test: what is typed in it ends with that. */
  static at(folder: string): Project {
    const project = new Project(folder);
    onTestFinished(async () => await project.stops());
    return project;
  }

  /** Copies one of the pipelines of `project/` into the folder. */
  add(name: string): void {
    cpSync(join(import.meta.dirname, "project", `${name}.py`), join(this.folder, "pipelines", `${name}.py`));
  }

  /** Starts `penstock WORDS`. */
  types(...words: string[]): Command {
    const command = new Command(this.folder, words);
    this.children.add(command);
    return command;
  }

  /** Runs one of the pipelines to its end in a terminal and gives its document. */
  async runs(name: string, ...options: string[]): Promise<RunFacts> {
    const command = this.types("run", `pipelines/${name}.py`, "--json", ...options);
    await command.ended;
    return JSON.parse(command.said) as RunFacts;
  }

  /** `penstock up` on a free port; settled when it has printed its link. */
  async comesUp(): Promise<Up> {
    const port = await freePort();
    const command = this.types("up", "--port", String(port));
    const [link] = await command.says(/http:\/\/\S+\/login\?code=\S+/);
    return { command, link, origin: `http://127.0.0.1:${port}` };
  }

  /** Ends what was started here, and removes the folder. */
  async ends(): Promise<void> {
    await this.stops();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private async stops(): Promise<void> {
    await Promise.all([...this.children].map(async (child) => await child.stops()));
  }
}

export interface RunFacts {
  id: string;
  state: string;
  pipeline: string;
}

export interface Up {
  command: Command;
  link: string;
  origin: string;
}

/** A started command with all that it has said so far. */
export class Command {
  said = "";
  complained = "";
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(folder: string, words: string[]) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PENSTOCK_")));
    this.child = spawn(PYTHON, ["-m", "penstock.cli", ...words], {
      cwd: folder,
      env: { ...env, COLUMNS: "200" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.said += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.complained += text));
    this.ended = new Promise((settle, fail) => {
      this.child.once("error", fail);
      this.child.once("close", settle);
    });
  }

  /** Waits until the command has said (on either stream) what the pattern looks for. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    return await new Promise((settle, fail) => {
      const look = (): void => {
        const found = `${this.said}\n${this.complained}`.match(pattern);
        if (found) done(() => settle(found));
      };
      const problem = (why: string): void =>
        done(() => fail(new Error(`${why} before it said ${pattern}:\n${this.said}\n${this.complained}`)));
      const timer = setTimeout(() => problem(`${PATIENCE / 1000} s went by`), PATIENCE);
      const closed = (): void => problem("the command ended");
      const done = (then: () => void): void => {
        clearTimeout(timer);
        this.child.stdout?.off("data", look);
        this.child.stderr?.off("data", look);
        this.child.off("close", closed);
        then();
      };
      this.child.stdout?.on("data", look);
      this.child.stderr?.on("data", look);
      this.child.once("close", closed);
      look();
    });
  }

  /** Asks the command to end, and insists after ten seconds. */
  async stops(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGTERM");
      const timer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
      await this.ended;
      clearTimeout(timer);
    }
    return this.child.exitCode;
  }
}

/**
 * Where a project's folder is made: in memory, where this machine has such a place with room. Journeys look at what a
 * person sees in time; a disk on which something else has just written a lot may stand still for seconds.
 */
function place(): string {
  if (process.env["TMPDIR"] !== undefined) return tmpdir();
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize > ROOM ? "/dev/shm" : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Ends all runs of a server that still go on, so that the next journey finds its workers free and its lists quiet. */
export async function endsAll(origin: string, folder: string): Promise<void> {
  const headers = { Authorization: `Bearer ${readFileSync(join(folder, ".penstock", "token"), "utf8").trim()}`, "Content-Type": "application/json" };
  const open = async (): Promise<string[]> => {
    const answer = await fetch(`${origin}/api/v1/runs?${OPEN.toString()}`, { headers });
    return ((await answer.json()) as { items: RunFacts[] }).items.map(({ id }) => id);
  };
  for (let ids = await open(), until = Date.now() + PATIENCE; ids.length > 0; ids = await open()) {
    if (Date.now() > until) throw new Error(`these runs don't end: ${ids.join(", ")}`);
    await fetch(`${origin}/api/v1/runs/actions/cancel`, { method: "POST", headers, body: JSON.stringify({ ids }) });
  }
}

async function freePort(): Promise<number> {
  return await new Promise((settle, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => settle(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Why the journeys can't be made here, if they can't. */
export function missing(): string | undefined {
  return existsSync(PYTHON) ? undefined : `no Python with Penstock at ${PYTHON} (make setup)`;
}
