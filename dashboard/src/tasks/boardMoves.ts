/** How a carried task finds its column: the one under the pointer, or the next one at an arrow key. */
import { pointerWithin, rectIntersection, type CollisionDetection, type KeyboardCoordinateGetter } from '@dnd-kit/core';
import { STATUSES } from './task';

export const columnUnderPointer: CollisionDetection = (given) => {
  const under = pointerWithin(given);
  // The keyboard has no pointer.
  return under.length > 0 ? under : rectIntersection(given);
};

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export const betweenColumns: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const step = STEPS[event.code];
  if (step === undefined) return undefined;
  event.preventDefault();
  const { over, active, droppableRects } = context;
  const here = over?.id ?? (active?.data.current?.['task'] as { status: string } | undefined)?.status;
  const next = STATUSES[STATUSES.findIndex((status) => status === here) + step];
  const column = next === undefined ? undefined : droppableRects.get(next);
  if (column === undefined) return currentCoordinates;
  return { x: column.left + 12, y: column.top + 48 };
};
