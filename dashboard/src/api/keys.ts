/** The names under which answers are cached. Everything of an organization is under its id, so that a switch mixes nothing. */
import type { TaskFilters } from '../tasks/filters';

export const keys = {
  me: ['me'] as const,
  tasks: (org: string) => ['org', org, 'tasks'] as const,
  taskLists: (org: string) => ['org', org, 'tasks', 'list'] as const,
  taskList: (org: string, filters: TaskFilters) => ['org', org, 'tasks', 'list', filters] as const,
  task: (org: string, id: string) => ['org', org, 'tasks', 'one', id] as const,
  comments: (org: string, id: string) => ['org', org, 'tasks', 'comments', id] as const,
  activity: (org: string, id: string) => ['org', org, 'tasks', 'activity', id] as const,
  stats: (org: string) => ['org', org, 'tasks', 'stats'] as const,
  trash: (org: string) => ['org', org, 'tasks', 'trash'] as const,
  members: (org: string) => ['org', org, 'members'] as const,
  memberList: (org: string, search: string) => ['org', org, 'members', 'list', search] as const,
  directory: (org: string) => ['org', org, 'members', 'directory'] as const,
  roles: (org: string) => ['org', org, 'roles'] as const,
  invitations: (org: string) => ['org', org, 'invitations'] as const,
  invitationList: (org: string, status: string) => ['org', org, 'invitations', status] as const,
  organization: (org: string) => ['org', org, 'organization'] as const,
  billing: (org: string) => ['org', org, 'billing'] as const,
  audit: (org: string, filters: object) => ['org', org, 'audit', filters] as const,
  preferences: ['preferences'] as const,
};
