/** The fields of a task, saved under the version that was read. */
import { PreconditionFailedError, ValidationError } from '@tenantry/client';
import { useEffect, useState, type FormEvent } from 'react';
import { useWorkspace } from '../api/me';
import { Button } from '../ui/Button';
import { Actions } from '../ui/Page';
import { Notice } from '../ui/States';
import { Conflict } from './Conflict';
import { useSaveTask } from './mutations';
import type { Versioned } from './queries';
import { changedFields, changesOf, draftOf, TaskFields, type Draft } from './TaskFields';
import styles from './tasks.module.css';

interface EditTaskProps {
  versioned: Versioned;
  /** Hears whether there is something that was not saved. */
  onDirty: (dirty: boolean) => void;
}

export function EditTask({ versioned, onDirty }: EditTaskProps) {
  const { may } = useWorkspace();
  const [base, setBase] = useState(versioned);
  const [draft, setDraft] = useState<Draft>(() => draftOf(versioned.task));
  const [conflict, setConflict] = useState<Draft | null>(null);
  const [refused, setRefused] = useState<ValidationError | null>(null);
  const save = useSaveTask();

  const before = draftOf(base.task);
  const dirty = changedFields(before, draft).length > 0;
  useEffect(() => onDirty(dirty), [dirty, onDirty]);
  const movedOn = versioned.etag !== base.etag;

  // Somebody else's change is shown at once while nothing has been typed; what was typed is never overwritten.
  useEffect(() => {
    if (!movedOn || dirty || save.isPending) return;
    setBase(versioned);
    setDraft(draftOf(versioned.task));
  }, [movedOn, dirty, save.isPending, versioned]);

  function send(changed: Draft, from: Versioned): void {
    setRefused(null);
    save.mutate(
      { id: from.task.id, changes: changesOf(draftOf(from.task), changed), etag: from.etag },
      {
        onSuccess: (saved) => {
          setBase(saved);
          setDraft(draftOf(saved.task));
          setConflict(null);
        },
        onError: (error) => {
          if (error instanceof PreconditionFailedError) setConflict(changed);
          if (error instanceof ValidationError) setRefused(error);
        },
      },
    );
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (draft.title.trim() !== '') send(draft, base);
  }

  const mistake = (field: string): string | undefined =>
    field === 'title' && draft.title.trim() === '' ? 'A title is needed.' : refused?.of(field)?.detail;

  return (
    <form onSubmit={submit} noValidate className={styles['edit']}>
      {!may.edit && <Notice>You may look at this task, but not change it: your role lacks the permission to change tasks (org:tasks:edit).</Notice>}
      {movedOn && dirty && !save.isPending && conflict === null && (
        <Notice tone="warning">Somebody else has changed this task since you opened it. You can go on; when you save, you will see both versions.</Notice>
      )}
      <TaskFields draft={draft} onChange={setDraft} mistake={mistake} disabled={!may.edit || save.isPending}>
        {may.edit && (
          <Actions>
            <Button disabled={!dirty || save.isPending} onClick={() => setDraft(before)}>
              Discard
            </Button>
            <Button look="primary" type="submit" disabled={!dirty || save.isPending}>
              {save.isPending ? 'Saving…' : 'Save'}
            </Button>
          </Actions>
        )}
      </TaskFields>
      {conflict && (
        <Conflict
          base={base}
          mine={conflict}
          busy={save.isPending}
          onSave={send}
          onTheirs={(theirs) => {
            setBase(theirs);
            setDraft(draftOf(theirs.task));
            setConflict(null);
          }}
          onBack={() => setConflict(null)}
        />
      )}
    </form>
  );
}
