/** The run as a graph. */
export default function WorkflowTab({ runId }: { runId: string }) {
  return <div className="pn-run-wait" data-run={runId} aria-busy />;
}
