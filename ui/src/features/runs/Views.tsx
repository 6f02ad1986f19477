import { useQuery } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useDeleteView, useKeepView, viewsQuery, type SavedView } from "../../api/views";
import { DropMenu, MenuItem, MenuLine, MenuNote } from "../../components/DropMenu";

const NameView = lazy(async () => ({ default: (await import("./NameView")).NameView }));

interface Props {
  /** The number of the view that is shown, if it is one. */
  current: number | undefined;
  /** What would be kept: the filter with its order, and the columns. */
  now: { query: string; columns: string[] };
  onOpen: (view: SavedView) => void;
  onClosed: () => void;
}

/** Saved views: open one, keep what is shown as one, delete one. They are on the server, so others see them too. */
export function Views({ current, now, onOpen, onClosed }: Props) {
  const { data: views = [] } = useQuery(viewsQuery());
  const [naming, setNaming] = useState(false);
  const keep = useKeepView();
  const drop = useDeleteView();
  const shown = views.find((view) => view.id === current);
  const changed = shown !== undefined && (shown.query !== now.query || shown.columns.join() !== now.columns.join());
  return (
    <>
      <DropMenu label={shown === undefined ? "Views" : `View ${shown.name}`} word={shown === undefined ? "Views" : `${shown.name}${changed ? " *" : ""}`} icon={<Star size={14} aria-hidden />}>
        {views.length === 0 && <MenuNote>No views yet: set a filter, then keep it here.</MenuNote>}
        {views.map((view) => <MenuItem key={view.id} onSelect={() => onOpen(view)} title={view.query}><bdi>{view.name}</bdi></MenuItem>)}
        <MenuLine />
        <MenuItem onSelect={() => setNaming(true)}>Keep as a new view…</MenuItem>
        {shown !== undefined && changed && <MenuItem onSelect={() => keep.mutate({ id: shown.id, view: { name: shown.name, ...now } })}>Keep the changes in “{shown.name}”</MenuItem>}
        {shown !== undefined && <MenuItem danger onSelect={() => drop.mutate(shown.id, { onSuccess: onClosed })}>Delete “{shown.name}”</MenuItem>}
      </DropMenu>
      <Suspense>
        {naming && <NameView now={now} onDone={(view) => { setNaming(false); if (view) onOpen(view); }} />}
      </Suspense>
    </>
  );
}
