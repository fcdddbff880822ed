import { ValidationError } from '@tenantry/client';
import { useRef, useState, type FormEvent } from 'react';
import { explain } from '../api/explain';
import { useWorkspace } from '../api/me';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { Actions } from '../ui/Page';
import { Notice } from '../ui/States';
import { useCreateTask } from './mutations';
import styles from './tasks.module.css';
import { changesOf, EMPTY_DRAFT, TaskFields, type Draft } from './TaskFields';

export function NewTaskButton() {
  const { may } = useWorkspace();
  const [open, setOpen] = useState(false);
  if (!may.create) return null;
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <Icon name="plus" />
        New task
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="New task">
        <NewTaskForm onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function NewTaskForm({ onDone }: { onDone: () => void }) {
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const [refused, setRefused] = useState<ValidationError | null>(null);
  const [titleMissing, setTitleMissing] = useState(false);
  const create = useCreateTask();
  // The same for every press of the button while the content is the same, so that no press creates a second task.
  const attempt = useRef({ content: '', key: '' });

  function submit(event: FormEvent): void {
    event.preventDefault();
    setTitleMissing(draft.title.trim() === '');
    if (draft.title.trim() === '') return;
    const task = { ...changesOf(EMPTY_DRAFT, draft), title: draft.title.trim() };
    const content = JSON.stringify(task);
    if (attempt.current.content !== content) attempt.current = { content, key: crypto.randomUUID() };
    create.mutate(
      { task, key: attempt.current.key },
      {
        onSuccess: onDone,
        onError: (error) => {
          setRefused(error instanceof ValidationError && error.errors.length > 0 ? error : null);
        },
      },
    );
  }

  const mistake = (field: string): string | undefined =>
    field === 'title' && titleMissing ? 'A title is needed.' : refused?.of(field)?.detail;

  return (
    <form onSubmit={submit} noValidate className={styles['fields']}>
      {create.error && refused === null && (
        <div role="alert">
          <Notice tone="danger">{explain(create.error).text}</Notice>
        </div>
      )}
      <TaskFields draft={draft} onChange={setDraft} mistake={mistake} disabled={create.isPending}>
        <Actions>
          <Button onClick={onDone}>Cancel</Button>
          <Button look="primary" type="submit" disabled={create.isPending}>
            {create.isPending ? 'Creating…' : 'Create task'}
          </Button>
        </Actions>
      </TaskFields>
    </form>
  );
}
