import { useDroppable } from '@dnd-kit/core';
import { useWorkspace } from '../api/me';
import { useDirectory } from '../members/directory';
import { EndOfList } from '../ui/EndOfList';
import { Failure, Skeletons } from '../ui/States';
import { Card } from './Card';
import type { TaskFilters } from './filters';
import { useTaskList } from './queries';
import { STATUS_NAMES, type Status, type Task } from './task';
import styles from './tasks.module.css';

interface ColumnProps {
  status: Status;
  filters: TaskFilters;
  onOpen: (id: string) => void;
  onMove: (task: Task, status: Status) => void;
}

export function Column({ status, filters, onOpen, onMove }: ColumnProps) {
  const { may } = useWorkspace();
  const { setNodeRef, isOver } = useDroppable({ id: status, disabled: !may.edit });
  const list = useTaskList(filters);
  const directory = useDirectory();
  return (
    <section ref={setNodeRef} className={styles['column']} data-over={isOver} aria-labelledby={`column-${status}`}>
      <h2 id={`column-${status}`} className={styles['columnHead']}>
        <span className={styles['dot']} data-status={status} />
        {STATUS_NAMES[status]}
        {list.total !== null && <span className={styles['count']}>{list.total}</span>}
      </h2>
      {list.isPending && <Skeletons rows={3} />}
      {list.error && <Failure error={list.error} onRetry={list.again} />}
      {!list.isPending && !list.error && list.items.length === 0 && <p className={styles['columnEmpty']}>Nothing here.</p>}
      <ul className={styles['cards']}>
        {list.items.map((task) => (
          <Card key={task.id} task={task} directory={directory} onOpen={onOpen} onMove={onMove} />
        ))}
      </ul>
      <EndOfList list={list} />
    </section>
  );
}
