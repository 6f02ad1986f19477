import { Columns3 } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { DropMenu, MenuItem, MenuLine, MenuNote } from "../../components/DropMenu";
import { COLUMNS, columnsOf, USUAL } from "./columns";
import { shifted, withColumn } from "./order";

interface Props {
  keys: readonly string[];
  onChange: (keys: readonly string[]) => void;
}

const ALL = COLUMNS.map(({ key }) => key);

/** Which columns are shown, and in which order: those that are come first, and the arrows to the sides move them. */
export function ColumnsMenu({ keys, onChange }: Props) {
  const shown = columnsOf(keys);
  const now = shown.map(({ key }) => key as string);
  const items = useRef<HTMLDivElement>(null);
  const moved = useRef<string | null>(null);
  const order = now.join();
  // An item that has changed its place keeps the focus.
  useEffect(() => {
    if (moved.current !== null) items.current?.querySelector<HTMLElement>(`[data-column="${moved.current}"] button`)?.focus();
    moved.current = null;
  }, [order]);
  const pressed = (event: KeyboardEvent, key: string) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || !now.includes(key)) return;
    event.preventDefault();
    event.stopPropagation();
    moved.current = key;
    onChange(shifted(now, key, by));
  };
  const toggle = (key: string) => {
    moved.current = key;
    const next = now.includes(key) ? now.filter((one) => one !== key) : withColumn(now, key, ALL);
    if (next.length > 0) onChange(next);
  };
  return (
    <DropMenu label="Columns" icon={<Columns3 size={14} aria-hidden />} className="pn-runs-wide">
      <div ref={items} role="none">
        {[...shown, ...COLUMNS.filter(({ key }) => !now.includes(key))].map(({ key, title }) => (
          <div key={key} role="none" data-column={key} onKeyDown={(event) => pressed(event, key)}>
            <MenuItem checked={now.includes(key)} onSelect={() => toggle(key)}>{title}</MenuItem>
          </div>
        ))}
      </div>
      <MenuLine />
      <MenuNote>← and → move a column; so does dragging its heading.</MenuNote>
      <MenuItem onSelect={() => onChange(USUAL)}>The usual ones</MenuItem>
    </DropMenu>
  );
}
