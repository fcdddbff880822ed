import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import { useRef, useState, type FormEvent } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useList } from '../api/pages';
import { useDirectory } from '../members/directory';
import { Avatar } from '../ui/Avatar';
import { Button } from '../ui/Button';
import { EndOfList } from '../ui/EndOfList';
import { Field } from '../ui/Field';
import { Actions } from '../ui/Page';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Ago } from '../ui/Time';
import { tellError } from '../ui/Toasts';
import styles from './tasks.module.css';

type Comment = Schemas['Comment'];

export function Comments({ taskId }: { taskId: string }) {
  const api = useApi();
  const { org } = useWorkspace();
  const list = useList(keys.comments(org, taskId), (cursor, signal) =>
    api.get('/api/tasks/{id}/comments', { path: { id: taskId }, query: { limit: 30, ...(cursor === undefined ? {} : { cursor }) }, signal }),
  );
  return (
    <div className={styles['talk']}>
      <NewComment taskId={taskId} />
      {list.isPending && <Skeletons rows={2} />}
      {list.error && <Failure error={list.error} onRetry={list.again} />}
      {!list.isPending && !list.error && list.items.length === 0 && (
        <Empty icon="comment" title="No comments yet">
          Whoever sees the task may comment on it.
        </Empty>
      )}
      <ul className={styles['comments']}>
        {list.items.map((comment) => (
          <One key={comment.id} comment={comment} />
        ))}
      </ul>
      <EndOfList list={list} />
    </div>
  );
}

function useRefresh(taskId: string): () => void {
  const cache = useQueryClient();
  const { org } = useWorkspace();
  return () => {
    void cache.invalidateQueries({ queryKey: keys.comments(org, taskId) });
    void cache.invalidateQueries({ queryKey: keys.activity(org, taskId) });
  };
}

function NewComment({ taskId }: { taskId: string }) {
  const api = useApi();
  const refresh = useRefresh(taskId);
  const [body, setBody] = useState('');
  // One comment for one text, however often the button is pressed until it is there.
  const attempt = useRef({ body: '', key: '' });
  const write = useMutation({
    mutationFn: (text: string) => {
      if (attempt.current.body !== text) attempt.current = { body: text, key: crypto.randomUUID() };
      return api.post('/api/tasks/{id}/comments', { path: { id: taskId }, body: { body: text }, idempotencyKey: attempt.current.key });
    },
    onSuccess: () => {
      attempt.current = { body: '', key: '' };
      setBody('');
      refresh();
    },
    onError: tellError,
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (body.trim() !== '') write.mutate(body.trim());
  }

  return (
    <form onSubmit={submit} className={styles['fields']}>
      <Field label="New comment">
        {(control) => <textarea {...control} rows={3} maxLength={10_000} value={body} disabled={write.isPending} onChange={(event) => setBody(event.target.value)} />}
      </Field>
      <Actions>
        <Button look="primary" type="submit" disabled={body.trim() === '' || write.isPending}>
          Comment
        </Button>
      </Actions>
    </form>
  );
}

function One({ comment }: { comment: Comment }) {
  const api = useApi();
  const { me, may } = useWorkspace();
  const { nameOf, imageOf } = useDirectory();
  const refresh = useRefresh(comment.task_id);
  const [editing, setEditing] = useState<string | null>(null);
  const path = { id: comment.task_id, comment_id: comment.id };
  const edit = useMutation({
    mutationFn: (body: string) => api.patch('/api/tasks/{id}/comments/{comment_id}', { path, body: { body } }),
    onSuccess: () => setEditing(null),
    onError: tellError,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => api.delete('/api/tasks/{id}/comments/{comment_id}', { path }),
    onError: tellError,
    onSettled: refresh,
  });
  const mine = comment.author_id === me.user_id;
  const name = nameOf(comment.author_id);
  return (
    <li className={styles['comment']}>
      <Avatar name={name} image={imageOf(comment.author_id)} />
      <div className={styles['commentBody']}>
        <p className={styles['by']}>
          <strong>{name}</strong> <Ago at={comment.created_at} />
          {comment.edited && ' · edited'}
        </p>
        {editing === null ? (
          <p className={styles['said']}>{comment.body}</p>
        ) : (
          <div className={styles['fields']}>
            <Field label="Comment" hideLabel>
              {(control) => <textarea {...control} rows={3} maxLength={10_000} value={editing} onChange={(event) => setEditing(event.target.value)} />}
            </Field>
            <Actions>
              <Button small onClick={() => setEditing(null)}>
                Cancel
              </Button>
              <Button small look="primary" disabled={editing.trim() === '' || edit.isPending} onClick={() => edit.mutate(editing.trim())}>
                Save
              </Button>
            </Actions>
          </div>
        )}
        {editing === null && (mine || may.admin) && (
          <div className={styles['commentTools']}>
            {mine && (
              <Button look="quiet" small onClick={() => setEditing(comment.body)}>
                Edit
              </Button>
            )}
            <Button look="quiet" small disabled={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}
