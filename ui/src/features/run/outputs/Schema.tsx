/** The columns of a table, by name and type. */
import { useMemo } from "react";

import { countText } from "../../../domain/formats";
import { type RowsColumn, RowsTable } from "../../../components/RowsTable";

const SCHEMA: RowsColumn<{ name: string; type: string; at: number }>[] = [
  { key: "at", title: "#", width: "56px", right: true, cell: ({ at }) => countText(at + 1) },
  { key: "name", title: "Column", width: "minmax(120px, 1fr)", cell: ({ name }) => <strong title={name}>{name}</strong> },
  { key: "type", title: "Type", width: "minmax(120px, 1fr)", cell: ({ type }) => <code title={type}>{type}</code> },
];

export function Schema({ columns }: { columns: readonly { name: string; type: string }[] }) {
  const rows = useMemo(() => columns.map((column, at) => ({ ...column, at })), [columns]);
  return <div className="pn-output-schema"><RowsTable label="Schema" columns={SCHEMA} rows={rows} keyOf={({ at }) => String(at)} highest={10_000} /></div>;
}
