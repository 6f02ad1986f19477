import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Star, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useDeleteView, useKeepView, viewsQuery, type SavedView } from "../../api/views";

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
      <Menu position="bottom-end" withinPortal={false}>
        <Menu.Target>
          <Button leftSection={<Star size={14} aria-hidden />} rightSection={<ChevronDown size={14} aria-hidden />} maw={220} aria-label={shown === undefined ? "Views" : `View ${shown.name}`}>
            <span className={shown === undefined ? "pn-runs-word" : "pn-cut"}>{shown === undefined ? "Views" : `${shown.name}${changed ? " *" : ""}`}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown maw={360}>
          {views.length === 0 && <Menu.Label>No views yet: set a filter, then keep it here</Menu.Label>}
          {views.map((view) => (
            <Menu.Item key={view.id} onClick={() => onOpen(view)} title={view.query}><bdi>{view.name}</bdi></Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setNaming(true)}>Keep as a new view…</Menu.Item>
          {shown !== undefined && changed && (
            <Menu.Item onClick={() => keep.mutate({ id: shown.id, view: { name: shown.name, ...now } })}>Keep the changes in “{shown.name}”</Menu.Item>
          )}
          {shown !== undefined && (
            <Menu.Item color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => drop.mutate(shown.id, { onSuccess: onClosed })}>Delete “{shown.name}”</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {naming && <NameView now={now} onDone={(view) => { setNaming(false); if (view) onOpen(view); }} />}
      </Suspense>
    </>
  );
}
