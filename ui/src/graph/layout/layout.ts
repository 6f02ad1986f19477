import { placeGroups, type PlacedGroups } from "./groups";
import { ROOM, type Layout, type LayoutPlan } from "./plan";

/** Lays out a graph: pure, and the same picture for the same input. */
export function layOut(plan: LayoutPlan): Layout {
  const right = plan.direction === "right";
  const count = plan.width.length;
  const loops = plan.source.map((v, e) => (v === plan.target[e] ? 1 : 0));
  if (loops.includes(1)) throw new RangeError("an edge leads from a node to itself");
  const placed = placeGroups({
    count, along: right ? plan.width : plan.height, across: right ? plan.height : plan.width, from: plan.source, to: plan.target,
    leave: new Float32Array(plan.source.length), enter: new Float32Array(plan.source.length), pin: new Uint8Array(count), gap: right ? ROOM.layers : ROOM.rows,
    group: plan.group, groups: plan.groups, parent: plan.parent, header: { along: right ? 0 : ROOM.header, across: right ? ROOM.header : 0 },
    shape: right ? 1.7 : 1 / 1.7,
  });
  return turned(placed, right);
}

function turned(placed: PlacedGroups, right: boolean): Layout {
  const offset = new Int32Array(placed.routes.length + 1);
  placed.routes.forEach((route, e) => (offset[e + 1] = offset[e]! + route.length / 2));
  const points = new Float32Array(2 * offset[placed.routes.length]!);
  placed.routes.forEach((route, e) => points.set(route, 2 * offset[e]!));
  if (!right) swapPairs(points);
  const box = placed.box.slice();
  if (!right) swapPairs(box);
  const [x, y] = right ? [placed.along, placed.across] : [placed.across, placed.along];
  const [width, height] = right ? [placed.length, placed.breadth] : [placed.breadth, placed.length];
  return { width, height, x, y, layer: placed.layer, box, points, offset };
}

function swapPairs(values: Float32Array): void {
  for (let i = 0; i + 1 < values.length; i += 2) [values[i], values[i + 1]] = [values[i + 1]!, values[i]!];
}
