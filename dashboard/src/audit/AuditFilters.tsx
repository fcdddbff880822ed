import type { operations } from '@tenantry/client';
import { memberName, useDirectory } from '../members/directory';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import styles from './audit.module.css';

export type Action = NonNullable<NonNullable<operations['list_audit_log']['parameters']['query']>['action']>[number];

export interface Chosen {
  actor?: string;
  action?: Action;
  /** Days, both included. */
  since?: string;
  until?: string;
}

/** A record, so that a new action of the API does not compile until it is here. */
const ACTIONS: Record<Action, true> = {
  'task.created': true,
  'task.updated': true,
  'task.deleted': true,
  'task.restored': true,
  'task.purged': true,
  'tasks.unassigned': true,
  'comment.created': true,
  'comment.updated': true,
  'comment.deleted': true,
  'member.added': true,
  'member.updated': true,
  'member.removed': true,
  'invitation.created': true,
  'invitation.revoked': true,
  'invitation.accepted': true,
  'invitation.expired': true,
  'organization.updated': true,
  'organization.deleted': true,
  'profile.updated': true,
  'preferences.updated': true,
  'subscription.updated': true,
  'audit_log.exported': true,
  'data.exported': true,
};

interface AuditFiltersProps {
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
}

export function AuditFilters({ chosen, onChange }: AuditFiltersProps) {
  const { members } = useDirectory();
  function set(name: keyof Chosen, value: string): void {
    const { [name]: _, ...rest } = chosen;
    onChange(value === '' ? rest : { ...rest, [name]: value });
  }
  return (
    <search className={styles['filters']}>
      <Field label="Who">
        {(control) => (
          <select {...control} value={chosen.actor ?? ''} onChange={(event) => set('actor', event.target.value)}>
            <option value="">Anybody</option>
            {members.map((member) => (
              <option key={member.user_id} value={member.user_id}>
                {memberName(member)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="What">
        {(control) => (
          <select {...control} value={chosen.action ?? ''} onChange={(event) => set('action', event.target.value)}>
            <option value="">Anything</option>
            {Object.keys(ACTIONS).map((action) => (
              <option key={action} value={action}>
                {action}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="From">
        {(control) => <input {...control} type="date" value={chosen.since ?? ''} max={chosen.until} onChange={(event) => set('since', event.target.value)} />}
      </Field>
      <Field label="To">
        {(control) => <input {...control} type="date" value={chosen.until ?? ''} min={chosen.since} onChange={(event) => set('until', event.target.value)} />}
      </Field>
      {Object.keys(chosen).length > 0 && (
        <Button look="quiet" onClick={() => onChange({})}>
          Clear
        </Button>
      )}
    </search>
  );
}
