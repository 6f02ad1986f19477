/** Kedro's nodes: how long each loaded, computed and saved. */
import { RowsTable, type RowsColumn } from "../../../components/RowsTable";
import { durationText } from "../../../domain/formats";
import { type NodeParts, PARTS, WORDS } from "./nodeParts";

export function NodeTimes({ nodes, onTask }: { nodes: NodeParts[]; onTask: (task: string) => void }) {
  const most = nodes.reduce((longest, { total }) => Math.max(longest, total), 0);
  const columns: RowsColumn<NodeParts>[] = [
    { key: "task", title: "Node", width: "minmax(120px, 1.4fr)", cell: ({ task }) => <strong title={task}>{task}</strong> },
    ...PARTS.map((part) => ({ key: part, title: WORDS[part], width: "88px", right: true, needs: "some" as const, cell: (node: NodeParts) => durationText(node[part]) })),
    { key: "total", title: "In all", width: "88px", right: true, cell: ({ total }) => durationText(total) },
    { key: "bar", title: "", width: "minmax(96px, 2fr)", cell: (node) => <Bar node={node} most={most} /> },
  ];
  return (
    <>
      <p className="pn-parts-key" aria-hidden>{PARTS.map((part) => <span key={part}><i data-part={part} />{WORDS[part].toLowerCase()}</span>)}</p>
      <RowsTable label="Where nodes spent their time" columns={columns} rows={nodes} keyOf={({ task }) => task} onRow={({ task }) => onTask(task)} highest={354} />
    </>
  );
}

/** As long as the node took beside the longest, in its parts; the figures stand beside it. */
function Bar({ node, most }: { node: NodeParts; most: number }) {
  return <span className="pn-parts" aria-hidden>{PARTS.map((part) => <i key={part} data-part={part} style={{ width: `${most === 0 ? 0 : (node[part] / most) * 100}%` }} />)}</span>;
}
