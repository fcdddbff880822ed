import { useUser } from '@clerk/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ValidationError } from '@tenantry/client';
import { useState, type FormEvent } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Actions } from '../ui/Page';
import { tell, tellError } from '../ui/Toasts';
import styles from './settings.module.css';

export function ProfileForm() {
  const api = useApi();
  const cache = useQueryClient();
  const { me, org } = useWorkspace();
  const { user } = useUser();
  const [first, setFirst] = useState(user?.firstName ?? '');
  const [last, setLast] = useState(user?.lastName ?? '');
  const save = useMutation({
    mutationFn: () => api.patch('/api/me', { body: { first_name: first.trim() || null, last_name: last.trim() || null } }),
    onSuccess: () => {
      tell('Saved');
      void user?.reload();
      void cache.invalidateQueries({ queryKey: keys.me });
      void cache.invalidateQueries({ queryKey: keys.members(org) });
    },
    onError: (error) => {
      if (!(error instanceof ValidationError)) tellError(error);
    },
  });
  const refused = save.error instanceof ValidationError ? save.error : null;
  const same = first.trim() === (user?.firstName ?? '') && last.trim() === (user?.lastName ?? '');

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form onSubmit={submit} noValidate className={styles['form']}>
      <Field label="First name" mistake={refused?.of('first_name')?.detail}>
        {(control) => <input {...control} autoComplete="given-name" maxLength={255} value={first} onChange={(event) => setFirst(event.target.value)} />}
      </Field>
      <Field label="Last name" mistake={refused?.of('last_name')?.detail}>
        {(control) => <input {...control} autoComplete="family-name" maxLength={255} value={last} onChange={(event) => setLast(event.target.value)} />}
      </Field>
      <Field label="E-mail address" hint="Changed at Clerk, under “Manage account”">
        {(control) => <input {...control} value={me.profile.email ?? ''} disabled />}
      </Field>
      <Actions>
        <Button type="submit" look="primary" disabled={same || save.isPending}>
          {save.isPending ? 'Saving…' : 'Save'}
        </Button>
      </Actions>
    </form>
  );
}
