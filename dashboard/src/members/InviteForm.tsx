import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ConflictError, PlanLimitError, ValidationError } from '@tenantry/client';
import { useRef, useState, type FormEvent } from 'react';
import { useApi } from '../api/ApiContext';
import { explain } from '../api/explain';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Actions } from '../ui/Page';
import { Notice } from '../ui/States';
import { tell, tellError } from '../ui/Toasts';
import { roleName } from './roles';
import { useRoles } from './useRoles';
import styles from './members.module.css';

export function InviteForm({ onDone }: { onDone: () => void }) {
  const api = useApi();
  const cache = useQueryClient();
  const { org, may } = useWorkspace();
  const roles = useRoles().filter((one) => may.admin || one !== 'org:admin');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('org:member');
  const attempt = useRef({ content: '', key: '' });
  const invite = useMutation({
    mutationFn: () => {
      const body = { email_address: email.trim(), role };
      const content = JSON.stringify(body);
      if (attempt.current.content !== content) attempt.current = { content, key: crypto.randomUUID() };
      return api.post('/api/invitations', { body, idempotencyKey: attempt.current.key });
    },
    onSuccess: () => {
      tell('Invited', `${email.trim()} gets a mail with a link.`);
      onDone();
    },
    onError: (error) => {
      if (!(error instanceof ValidationError || error instanceof ConflictError || error instanceof PlanLimitError)) tellError(error);
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.invitations(org) });
      void cache.invalidateQueries({ queryKey: keys.organization(org) });
    },
  });
  const error = invite.error;

  function submit(event: FormEvent): void {
    event.preventDefault();
    invite.mutate();
  }

  return (
    <form onSubmit={submit} noValidate className={styles['form']}>
      {error instanceof PlanLimitError && <Notice tone="warning">{explain(error).text}</Notice>}
      <Field
        label="E-mail address"
        mistake={error instanceof ValidationError ? (error.of('email_address')?.detail ?? error.message) : error instanceof ConflictError ? error.message : undefined}
      >
        {(control) => <input {...control} type="email" autoComplete="off" maxLength={254} required value={email} onChange={(event) => setEmail(event.target.value)} />}
      </Field>
      <Field label="Role" mistake={error instanceof ValidationError ? error.of('role')?.detail : undefined}>
        {(control) => (
          <select {...control} value={role} onChange={(event) => setRole(event.target.value)}>
            {roles.map((one) => (
              <option key={one} value={one}>
                {roleName(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Actions>
        <Button onClick={onDone}>Cancel</Button>
        <Button look="primary" type="submit" disabled={email.trim() === '' || invite.isPending}>
          {invite.isPending ? 'Inviting…' : 'Send invitation'}
        </Button>
      </Actions>
    </form>
  );
}
