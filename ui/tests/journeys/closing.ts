import type { Reporter, TestModule } from "vitest/node";

/** Says at the very end, in a line each, which journeys failed and why: of a long log the end is what is read. */
export class Closing implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const failed = modules.flatMap((module) => [...module.children.allTests("failed")]);
    // What other reporters say of the run comes before.
    process.once("exit", () => {
      for (const test of failed) {
        const why = (test.result().errors ?? []).map(({ message }) => message.split("\n").slice(0, 3).join(" ").slice(0, 200));
        console.log(`FAILED ${test.module.relativeModuleId} > ${test.name.slice(0, 80)}: ${[...new Set(why)].join(" | ")}`);
      }
    });
  }
}
