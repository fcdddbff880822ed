/** A lost race: both versions side by side, and the person decides field by field. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../api/ApiContext';
import { useDirectory } from '../members/directory';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Actions } from '../ui/Page';
import { Failure, Skeletons } from '../ui/States';
import { Ago } from '../ui/Time';
import type { Versioned } from './queries';
import { PRIORITY_NAMES, STATUS_NAMES } from './task';
import { changedFields, draftOf, FIELD_NAMES, type Draft, type DraftField } from './TaskFields';
import styles from './conflict.module.css';

interface ConflictProps {
  /** What both began with. */
  base: Versioned;
  mine: Draft;
  busy: boolean;
  /** Saves a draft on top of the version that was shown. */
  onSave: (draft: Draft, from: Versioned) => void;
  onTheirs: (theirs: Versioned) => void;
  onBack: () => void;
}

export function Conflict(props: ConflictProps) {
  const { base, mine, onBack } = props;
  const api = useApi();
  const id = base.task.id;
  // Not the cached one: it must be what is stored now.
  const current = useQuery({
    queryKey: ['conflict', id, mine],
    queryFn: async ({ signal }): Promise<Versioned> => {
      const { data, etag } = await api.get('/api/tasks/{id}', { path: { id }, signal });
      return { task: data, etag: etag ?? '' };
    },
    gcTime: 0,
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Dialog open onClose={onBack} look="wide" title="Somebody else changed this task">
      {current.error ? (
        <Failure error={current.error} onRetry={() => void current.refetch()} />
      ) : current.data ? (
        <Versions {...props} theirs={current.data} />
      ) : (
        <Skeletons rows={3} />
      )}
    </Dialog>
  );
}

function Versions({ base, mine, theirs, busy, onSave, onTheirs, onBack }: ConflictProps & { theirs: Versioned }) {
  const { nameOf } = useDirectory();
  const before = draftOf(base.task);
  const now = draftOf(theirs.task);
  const ours = changedFields(before, mine);
  const others = changedFields(before, now);
  const fields = (Object.keys(FIELD_NAMES) as DraftField[]).filter((field) => ours.includes(field) || others.includes(field));
  const [chosen, setChosen] = useState<Partial<Record<DraftField, 'mine' | 'theirs'>>>({});
  // Where only one of the two changed a field, that one's value is meant.
  const choice = (field: DraftField): 'mine' | 'theirs' => chosen[field] ?? (ours.includes(field) ? 'mine' : 'theirs');

  function merged(): Draft {
    const draft: Draft = { ...now };
    for (const field of fields) if (choice(field) === 'mine') Object.assign(draft, { [field]: mine[field] });
    return draft;
  }

  const shown = (draft: Draft, field: DraftField): string => inWords(draft, field, nameOf) || '(empty)';
  const nothingOfMine = changedFields(now, merged()).length === 0;
  return (
    <>
      <p>
        {nameOf(theirs.task.updated_by)} saved another version <Ago at={theirs.task.updated_at} />. Choose what to keep; nothing has been overwritten.
      </p>
      <div className={styles['fields']}>
        {fields.map((field) => (
          <fieldset key={field} className={styles['field']}>
            <legend>{FIELD_NAMES[field]}</legend>
            <Version name={field} label="Yours" text={shown(mine, field)} unchanged={!ours.includes(field)} checked={choice(field) === 'mine'} onChoose={() => setChosen({ ...chosen, [field]: 'mine' })} />
            <Version name={field} label="Theirs" text={shown(now, field)} unchanged={!others.includes(field)} checked={choice(field) === 'theirs'} onChoose={() => setChosen({ ...chosen, [field]: 'theirs' })} />
          </fieldset>
        ))}
      </div>
      <Actions>
        <Button look="quiet" onClick={onBack}>
          Back to editing
        </Button>
        <Button disabled={busy} onClick={() => onTheirs(theirs)}>
          Discard mine
        </Button>
        <Button look="primary" disabled={busy || nothingOfMine} onClick={() => onSave(merged(), theirs)}>
          {busy ? 'Saving…' : 'Save what is chosen'}
        </Button>
      </Actions>
    </>
  );
}

interface VersionProps {
  name: string;
  label: string;
  text: string;
  unchanged: boolean;
  checked: boolean;
  onChoose: () => void;
}

function Version({ name, label, text, unchanged, checked, onChoose }: VersionProps) {
  return (
    <label className={styles['version']} data-chosen={checked}>
      <input type="radio" name={`conflict-${name}`} checked={checked} onChange={onChoose} />
      <span>
        <span className={styles['whose']}>
          {label}
          {unchanged && ' (unchanged)'}
        </span>
        <span className={styles['text']}>{text}</span>
      </span>
    </label>
  );
}

function inWords(draft: Draft, field: DraftField, nameOf: (id: string) => string): string {
  if (field === 'status') return STATUS_NAMES[draft.status];
  if (field === 'priority') return PRIORITY_NAMES[draft.priority];
  if (field === 'assignee_id') return draft.assignee_id === '' ? 'Nobody' : nameOf(draft.assignee_id);
  return draft[field];
}
