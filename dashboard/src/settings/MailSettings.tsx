import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { Failure, Skeletons } from '../ui/States';
import { Switch } from '../ui/Switch';
import { tellError } from '../ui/Toasts';
import styles from './settings.module.css';

type Preferences = Schemas['Preferences'];
type Kind = keyof Preferences['mail'];

const KINDS: { kind: Kind; label: string; hint?: string; adminsOnly?: boolean }[] = [
  { kind: 'task_assigned', label: 'A task is assigned to me', hint: 'By somebody else' },
  { kind: 'member_added', label: 'I become a member of an organization' },
  { kind: 'plan_past_due', label: 'The plan is not paid for', adminsOnly: true },
  { kind: 'limit_reached', label: 'A limit of the plan is reached', adminsOnly: true },
];

export function MailSettings() {
  const api = useApi();
  const cache = useQueryClient();
  const { may } = useWorkspace();
  const preferences = useQuery({
    queryKey: keys.preferences,
    queryFn: async ({ signal }) => (await api.get('/api/me/preferences', { signal })).data,
  });
  const change = useMutation({
    mutationFn: (mail: Partial<Preferences['mail']>) => api.patch('/api/me/preferences', { body: { mail } }),
    onMutate: async (mail) => {
      await cache.cancelQueries({ queryKey: keys.preferences });
      const before = cache.getQueryData<Preferences>(keys.preferences);
      if (before) cache.setQueryData<Preferences>(keys.preferences, { ...before, mail: { ...before.mail, ...mail } });
      return before;
    },
    onError: (error, _, before) => {
      cache.setQueryData(keys.preferences, before);
      tellError(error);
    },
    onSettled: () => void cache.invalidateQueries({ queryKey: keys.preferences }),
  });
  const mail = preferences.data?.mail;
  if (!mail) return preferences.error ? <Failure error={preferences.error} onRetry={() => void preferences.refetch()} /> : <Skeletons rows={3} />;
  return (
    <>
      <p className={styles['text']}>Write to me when:</p>
      {KINDS.filter((one) => !one.adminsOnly || may.admin).map(({ kind, label, hint }) => (
        <Switch key={kind} label={label} hint={hint} checked={mail[kind]} onChange={(checked) => change.mutate({ [kind]: checked })} />
      ))}
    </>
  );
}
