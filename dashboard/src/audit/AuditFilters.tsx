import { memberName, useDirectory } from '../members/directory';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import styles from './audit.module.css';

export interface Chosen {
  actor?: string;
  action?: string;
  /** Days, both included. */
  since?: string;
  until?: string;
}

const ACTIONS = [
  'task.created',
  'task.updated',
  'task.deleted',
  'task.restored',
  'task.purged',
  'tasks.unassigned',
  'comment.created',
  'comment.updated',
  'comment.deleted',
  'member.added',
  'member.updated',
  'member.removed',
  'invitation.created',
  'invitation.revoked',
  'invitation.accepted',
  'organization.updated',
  'profile.updated',
  'preferences.updated',
  'subscription.updated',
  'audit_log.exported',
  'data.exported',
];

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
            {ACTIONS.map((action) => (
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
