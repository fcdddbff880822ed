import type { Schemas } from '@tenantry/client';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useList } from '../api/pages';
import { useDirectory } from '../members/directory';
import { EndOfList } from '../ui/EndOfList';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Ago } from '../ui/Time';
import { FIELD_NAMES } from './TaskFields';
import { dayOf, PRIORITY_NAMES, STATUS_NAMES } from './task';
import styles from './tasks.module.css';

type Activity = Schemas['Activity'];

const DONE: Record<string, string> = {
  created: 'created the task',
  updated: 'changed it',
  completed: 'completed it',
  reopened: 'opened it again',
  assigned: 'assigned it',
  unassigned: 'took the assignment back',
  deleted: 'deleted it',
  restored: 'restored it',
  commented: 'commented',
  comment_edited: 'edited a comment',
  comment_deleted: 'deleted a comment',
};

/** Follow from others, or tell nothing. */
const LEFT_OUT = new Set(['completed', 'completed_at', 'updated_at', 'updated_by']);

export function ActivityList({ taskId }: { taskId: string }) {
  const api = useApi();
  const { org } = useWorkspace();
  const list = useList(keys.activity(org, taskId), (cursor, signal) =>
    api.get('/api/tasks/{id}/activity', { path: { id: taskId }, query: { limit: 30, ...(cursor === undefined ? {} : { cursor }) }, signal }),
  );
  if (list.isPending) return <Skeletons rows={3} />;
  if (list.error) return <Failure error={list.error} onRetry={list.again} />;
  if (list.items.length === 0) return <Empty icon="log" title="Nothing happened yet" />;
  return (
    <>
      <ol className={styles['activity']}>
        {list.items.map((one, index) => (
          <Happened key={`${one.at}-${index}`} activity={one} />
        ))}
      </ol>
      <EndOfList list={list} />
    </>
  );
}

function Happened({ activity }: { activity: Activity }) {
  const { nameOf } = useDirectory();
  const who = activity.actor_id == null ? 'The system' : nameOf(activity.actor_id);
  const told = activity.kind !== 'created';
  const changes = told ? Object.entries(activity.changes).filter(([field]) => !LEFT_OUT.has(field)) : [];
  return (
    <li>
      <p className={styles['by']}>
        <strong>{who}</strong> {DONE[activity.kind] ?? activity.kind} <Ago at={activity.at} />
        {activity.impersonated && ' (somebody acted for them)'}
      </p>
      {changes.length > 0 && (
        <ul className={styles['changes']}>
          {changes.map(([field, { before, after }]) => (
            <li key={field}>
              {FIELD_NAMES[field as keyof typeof FIELD_NAMES] ?? field}: <del>{shown(field, before, nameOf)}</del> → <ins>{shown(field, after, nameOf)}</ins>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function shown(field: string, value: unknown, nameOf: (id: string) => string): string {
  if (value == null || value === '') return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.join(', ');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (field === 'status') return STATUS_NAMES[text as keyof typeof STATUS_NAMES] ?? text;
  if (field === 'priority') return PRIORITY_NAMES[text as keyof typeof PRIORITY_NAMES] ?? text;
  if (field === 'assignee_id') return nameOf(text);
  if (field === 'due_date') return dayOf(text);
  return text;
}
