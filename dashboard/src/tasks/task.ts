/** What the board, the table and the drawer say of a task. */
import type { Schemas } from '@tenantry/client';
import type { Tone } from '../ui/Badge';

export type Task = Schemas['Task'];
export type Status = Schemas['TaskStatus'];
export type Priority = Schemas['TaskPriority'];
export type TaskChanges = Schemas['TaskChanges'];
export type NewTask = Schemas['NewTask'];

export const STATUSES: Status[] = ['pending', 'started', 'completed'];
export const PRIORITIES: Priority[] = ['high', 'medium', 'low'];

export const STATUS_NAMES: Record<Status, string> = { pending: 'To do', started: 'In progress', completed: 'Done' };
export const STATUS_TONES: Record<Status, Tone> = { pending: 'plain', started: 'accent', completed: 'good' };
export const PRIORITY_NAMES: Record<Priority, string> = { high: 'High', medium: 'Medium', low: 'Low' };
export const PRIORITY_TONES: Record<Priority, Tone> = { high: 'danger', medium: 'plain', low: 'plain' };

export function isOverdue(task: Task): boolean {
  return task.due_date != null && !task.completed && new Date(task.due_date) < new Date();
}

/** The day that a date input shows, in the reader's zone. */
export function dayOf(instant: string | null | undefined): string {
  if (instant == null) return '';
  const date = new Date(instant);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A task that is due on a day is due when it ends. */
export function endOfDay(day: string): string | null {
  return day === '' ? null : new Date(`${day}T23:59:59`).toISOString();
}
