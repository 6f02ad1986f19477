/** A task's code as it was in the run's version, with the line that failed marked. */
import { useQuery } from "@tanstack/react-query";

import { api, body } from "../../../api/client";
import type { Frame } from "./traceback";
import { shortFile } from "./traceback";

function useSource(run: string, task: string) {
  return useQuery({
    queryKey: ["source", run, task],
    queryFn: async ({ signal }) => await body(api.GET("/api/v1/runs/{run_id}/source/{task}", { params: { path: { run_id: run, task } }, signal })),
    staleTime: Infinity,
    retry: false,
  });
}

/** The source of a task, and whether the line that failed is in it. */
export function useSourceLines(run: string, task: string, mark: Frame | undefined) {
  const { data, error } = useSource(run, task);
  const first = data?.line ?? 1;
  const marked = mark !== undefined && data !== undefined && data.source !== null && data.file !== null && isSameFile(mark.file, data.file) && mark.line >= first && mark.line < first + data.source.split("\n").length;
  return { data: error === null ? data : null, marked };
}

/** `around`: only so many lines before and after the one that is marked. */
export function Source({ run, task, mark, around }: { run: string; task: string; mark?: Frame | undefined; around?: number }) {
  const { data, error, isPending } = useSource(run, task);
  if (isPending) return <p className="pn-dim pn-source-none">reading the source…</p>;
  if (error !== null) return <p className="pn-source-none" role="alert">{error.message}</p>;
  if (data.source === null) return <p className="pn-dim pn-source-none">The source of {task} was not kept{data.file !== null && <>; it is of <code>{data.file}</code></>}.</p>;
  const first = data.line ?? 1;
  const marked = mark !== undefined && data.file !== null && isSameFile(mark.file, data.file) ? mark.line : undefined;
  const isNear = (line: number) => around === undefined || marked === undefined || Math.abs(line - marked) <= around;
  return (
    <div className="pn-source">
      {data.file !== null && <div className="pn-source-file" title={data.file}>{shortFile(data.file)}{data.line !== null && `:${marked ?? data.line}`}</div>}
      <pre tabIndex={0} aria-label={`Source of ${task}`}>
        {data.source.replace(/\n$/, "").split("\n").map((line, at) => isNear(first + at) && (
          <span key={at} className="pn-source-line" data-marked={first + at === marked || undefined}><i>{first + at}</i>{line}{"\n"}</span>
        ))}
      </pre>
    </div>
  );
}

/** The one is relative to the project, the other absolute. */
function isSameFile(absolute: string, relative: string): boolean {
  return absolute === relative || absolute.endsWith(`/${relative}`);
}
