/** What can be said of a task, as fields; used to create one and to change one. */
import type { ReactNode } from 'react';
import { memberName, useDirectory } from '../members/directory';
import { Field } from '../ui/Field';
import { dayOf, endOfDay, PRIORITIES, PRIORITY_NAMES, STATUS_NAMES, STATUSES, type Priority, type Status, type Task, type TaskChanges } from './task';
import styles from './tasks.module.css';

/** A task while it is being typed. */
export interface Draft {
  title: string;
  description: string;
  status: Status;
  priority: Priority;
  category: string;
  /** With commas between them. */
  labels: string;
  assignee_id: string;
  due_date: string;
}

export type DraftField = keyof Draft;

export const EMPTY_DRAFT: Draft = { title: '', description: '', status: 'pending', priority: 'medium', category: '', labels: '', assignee_id: '', due_date: '' };

export function draftOf(task: Task): Draft {
  return {
    title: task.title,
    description: task.description ?? '',
    status: task.status,
    priority: task.priority,
    category: task.category ?? '',
    labels: task.labels.join(', '),
    assignee_id: task.assignee_id ?? '',
    due_date: dayOf(task.due_date),
  };
}

export const FIELD_NAMES: Record<DraftField, string> = {
  title: 'Title',
  description: 'Description',
  status: 'Status',
  priority: 'Priority',
  category: 'Category',
  labels: 'Labels',
  assignee_id: 'Assignee',
  due_date: 'Due',
};

export function changedFields(before: Draft, after: Draft): DraftField[] {
  return (Object.keys(FIELD_NAMES) as DraftField[]).filter((field) => before[field].trim() !== after[field].trim());
}

/** What is to be sent: the fields that differ, nothing else. */
export function changesOf(before: Draft, after: Draft): TaskChanges {
  const changes: TaskChanges = {};
  for (const field of changedFields(before, after)) Object.assign(changes, { [field]: wireValue(after, field) });
  return changes;
}

function wireValue(draft: Draft, field: DraftField): unknown {
  const text = draft[field].trim();
  if (field === 'labels') return text.split(',').map((label) => label.trim()).filter(Boolean);
  if (field === 'due_date') return endOfDay(text);
  return text === '' ? null : text;
}

interface TaskFieldsProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
  mistake: (field: string) => string | undefined;
  disabled?: boolean;
  children?: ReactNode;
}

export function TaskFields({ draft, onChange, mistake, disabled = false, children }: TaskFieldsProps) {
  const { members, nameOf } = useDirectory();
  const set = <F extends DraftField>(field: F, value: Draft[F]): void => onChange({ ...draft, [field]: value });
  const gone = draft.assignee_id !== '' && !members.some((member) => member.user_id === draft.assignee_id);
  return (
    <div className={styles['fields']}>
      <Field label="Title" mistake={mistake('title')}>
        {(control) => <input {...control} value={draft.title} maxLength={255} disabled={disabled} required onChange={(event) => set('title', event.target.value)} />}
      </Field>
      <Field label="Description" mistake={mistake('description')}>
        {(control) => <textarea {...control} value={draft.description} maxLength={10_000} rows={4} disabled={disabled} onChange={(event) => set('description', event.target.value)} />}
      </Field>
      <div className={styles['pair']}>
        <Field label="Status" mistake={mistake('status')}>
          {(control) => (
            <select {...control} value={draft.status} disabled={disabled} onChange={(event) => set('status', event.target.value as Status)}>
              {STATUSES.map((status) => (
                <option key={status} value={status}>
                  {STATUS_NAMES[status]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Priority" mistake={mistake('priority')}>
          {(control) => (
            <select {...control} value={draft.priority} disabled={disabled} onChange={(event) => set('priority', event.target.value as Priority)}>
              {PRIORITIES.map((priority) => (
                <option key={priority} value={priority}>
                  {PRIORITY_NAMES[priority]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Assignee" mistake={mistake('assignee_id')}>
          {(control) => (
            <select {...control} value={draft.assignee_id} disabled={disabled} onChange={(event) => set('assignee_id', event.target.value)}>
              <option value="">Nobody</option>
              {gone && <option value={draft.assignee_id}>{nameOf(draft.assignee_id)}</option>}
              {members.map((member) => (
                <option key={member.user_id} value={member.user_id}>
                  {memberName(member)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Due" mistake={mistake('due_date')}>
          {(control) => <input {...control} type="date" value={draft.due_date} disabled={disabled} onChange={(event) => set('due_date', event.target.value)} />}
        </Field>
        <Field label="Category" mistake={mistake('category')}>
          {(control) => <input {...control} value={draft.category} maxLength={50} disabled={disabled} onChange={(event) => set('category', event.target.value)} />}
        </Field>
        <Field label="Labels" hint={disabled ? undefined : 'With commas between them'} mistake={mistake('labels')}>
          {(control) => <input {...control} value={draft.labels} disabled={disabled} onChange={(event) => set('labels', event.target.value)} />}
        </Field>
      </div>
      {children}
    </div>
  );
}
