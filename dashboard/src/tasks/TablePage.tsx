/** All tasks in rows: filtered, searched, sorted, and endless. */
import { useWorkspace } from '../api/me';
import { useDirectory } from '../members/directory';
import { Person } from '../ui/Avatar';
import { Badge } from '../ui/Badge';
import { EndOfList } from '../ui/EndOfList';
import { Page, TableWrap } from '../ui/Page';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Ago, Day } from '../ui/Time';
import { NoView } from './BoardPage';
import { FilterBar } from './FilterBar';
import { useFilters, useOpenTask } from './filters';
import { NewTaskButton } from './NewTask';
import { useTaskList } from './queries';
import { isOverdue, PRIORITY_NAMES, PRIORITY_TONES, STATUS_NAMES, STATUS_TONES, type Task } from './task';
import { TaskDrawer } from './TaskDrawer';
import styles from './tasks.module.css';

export default function TablePage() {
  const { may } = useWorkspace();
  if (!may.view) return <NoView />;
  return <Table />;
}

function Table() {
  const { filters, change } = useFilters();
  const { id, open, close } = useOpenTask();
  const list = useTaskList(filters);
  const text = list.total === null ? undefined : `${list.total} ${list.total === 1 ? 'task' : 'tasks'}`;
  return (
    <Page title="Tasks" text={text} actions={<NewTaskButton />}>
      <FilterBar filters={filters} change={change} table />
      {list.isPending && <Skeletons rows={8} />}
      {list.error && <Failure error={list.error} onRetry={list.again} />}
      {!list.isPending && !list.error && list.items.length === 0 && (
        <Empty title="No tasks">{Object.keys(filters).length > 0 ? 'No task fits these filters.' : 'Create the first one.'}</Empty>
      )}
      {list.items.length > 0 && (
        <TableWrap label="Tasks">
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">Title</th>
                <th scope="col">Status</th>
                <th scope="col" data-extra>
                  Priority
                </th>
                <th scope="col" data-extra>
                  Assignee
                </th>
                <th scope="col">Due</th>
                <th scope="col" data-extra>
                  Changed
                </th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((task) => (
                <Row key={task.id} task={task} onOpen={open} />
              ))}
            </tbody>
          </table>
        </TableWrap>
      )}
      <EndOfList list={list} />
      {id !== null && <TaskDrawer key={id} id={id} onClose={close} />}
    </Page>
  );
}

function Row({ task, onOpen }: { task: Task; onOpen: (id: string) => void }) {
  const { nameOf, imageOf } = useDirectory();
  return (
    <tr>
      <td>
        <button type="button" className={styles['rowTitle']} onClick={() => onOpen(task.id)}>
          {task.title}
        </button>
        {task.category && <span className={styles['rowCategory']}>{task.category}</span>}
      </td>
      <td>
        <Badge tone={STATUS_TONES[task.status]}>{STATUS_NAMES[task.status]}</Badge>
      </td>
      <td data-extra>
        <Badge tone={PRIORITY_TONES[task.priority]}>{PRIORITY_NAMES[task.priority]}</Badge>
      </td>
      <td data-extra>{task.assignee_id ? <Person name={nameOf(task.assignee_id)} image={imageOf(task.assignee_id)} /> : <span className={styles['none']}>Nobody</span>}</td>
      <td>
        {task.due_date ? (
          <span className={styles['due']} data-overdue={isOverdue(task)}>
            <Day at={task.due_date} />
          </span>
        ) : (
          <span className={styles['none']}>None</span>
        )}
      </td>
      <td className={styles['when']} data-extra>
        <Ago at={task.updated_at} />
      </td>
    </tr>
  );
}
