/** Three columns of tasks, moved between them with the mouse, a finger or the keyboard. */
import { DndContext, DragOverlay, KeyboardSensor, MouseSensor, TouchSensor, useSensor, useSensors, type Active, type DragEndEvent, type Over } from '@dnd-kit/core';
import { useMemo, useState } from 'react';
import { useWorkspace } from '../api/me';
import { Page } from '../ui/Page';
import { Empty } from '../ui/States';
import { betweenColumns, columnUnderPointer } from './boardMoves';
import { CardFace } from './Card';
import { Column } from './Column';
import { FilterBar } from './FilterBar';
import { useFilters, useOpenTask } from './filters';
import { useMoveTask } from './mutations';
import { NewTaskButton } from './NewTask';
import { STATUS_NAMES, STATUSES, type Status, type Task } from './task';
import { TaskDrawer } from './TaskDrawer';
import styles from './tasks.module.css';

export default function BoardPage() {
  const { may } = useWorkspace();
  if (!may.view) return <NoView />;
  return <Board />;
}

export function NoView() {
  return (
    <Page title="Board">
      <Empty icon="lock" title="You may not see tasks">
        Your role lacks the permission to see tasks (org:tasks:view). Ask an administrator of the organization.
      </Empty>
    </Page>
  );
}

function Board() {
  const { may } = useWorkspace();
  const { filters, change } = useFilters();
  const { id, open, close } = useOpenTask();
  const move = useMoveTask();
  const [dragged, setDragged] = useState<Task | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: betweenColumns }),
  );
  const columns = useMemo(() => {
    const { status: _, sort_by: __, sort_order: ___, ...rest } = filters;
    return STATUSES.map((status) => ({ status, filters: { ...rest, status } }));
  }, [filters]);

  function moveTo(task: Task, status: Status): void {
    if (task.status !== status) move.mutate({ task, status });
  }

  function end({ active, over }: DragEndEvent): void {
    setDragged(null);
    const task = taskOf(active);
    const status = statusOf(over);
    if (task && status && may.edit) moveTo(task, status);
  }

  return (
    <Page title="Board" text={may.edit ? undefined : 'You may look at tasks, but not change them.'} actions={<NewTaskButton />}>
      <FilterBar filters={filters} change={change} />
      <DndContext
        sensors={sensors}
        collisionDetection={columnUnderPointer}
        accessibility={{ announcements, screenReaderInstructions: { draggable: INSTRUCTIONS } }}
        onDragStart={({ active }) => setDragged(taskOf(active))}
        onDragCancel={() => setDragged(null)}
        onDragEnd={end}
      >
        <div className={styles['board']}>
          {columns.map((column) => (
            <Column key={column.status} {...column} onOpen={open} onMove={moveTo} />
          ))}
        </div>
        <DragOverlay dropAnimation={null}>{dragged && <CardFace task={dragged} lifted />}</DragOverlay>
      </DndContext>
      {id !== null && <TaskDrawer key={id} id={id} onClose={close} />}
    </Page>
  );
}

const taskOf = (active: Active): Task | null => (active.data.current?.['task'] as Task | undefined) ?? null;
const statusOf = (over: Over | null): Status | null => STATUSES.find((status) => status === over?.id) ?? null;
const columnName = (over: Over | null): string => {
  const status = statusOf(over);
  return status === null ? 'no column' : STATUS_NAMES[status];
};

const INSTRUCTIONS = 'Press Space to pick the task up, the left and right arrows to carry it to another column, Space to put it down, and Escape to leave it where it was.';

const announcements = {
  onDragStart: ({ active }: { active: Active }) => `Picked up ${taskOf(active)?.title ?? 'the task'}.`,
  onDragOver: ({ over }: { over: Over | null }) => `Over ${columnName(over)}.`,
  onDragEnd: ({ active, over }: { active: Active; over: Over | null }) => `Put ${taskOf(active)?.title ?? 'the task'} into ${columnName(over)}.`,
  onDragCancel: ({ active }: { active: Active }) => `Left ${taskOf(active)?.title ?? 'the task'} where it was.`,
};
