/** The run over time. */
export default function GanttTab({ runId }: { runId: string }) {
  return <div className="pn-run-wait" data-run={runId} aria-busy />;
}
