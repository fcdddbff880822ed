/** Deleted tasks, until they are gone for good. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import { useState } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useList } from '../api/pages';
import { useDirectory } from '../members/directory';
import { Button } from '../ui/Button';
import { Question } from '../ui/Dialog';
import { EndOfList } from '../ui/EndOfList';
import { Icon } from '../ui/Icon';
import { Actions, Page, TableWrap } from '../ui/Page';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Ago, Day } from '../ui/Time';
import { tell, tellError } from '../ui/Toasts';
import { NoView } from './BoardPage';
import styles from './tasks.module.css';

type Trashed = Schemas['TrashedTask'];

export default function TrashPage() {
  const api = useApi();
  const { org, may } = useWorkspace();
  const list = useList(
    keys.trash(org),
    (cursor, signal) => api.get('/api/tasks/trash', { query: { limit: 50, ...(cursor === undefined ? {} : { cursor }) }, signal }),
    { enabled: may.view && may.remove },
  );
  if (!may.view || !may.remove) return <NoView />;
  return (
    <Page title="Trash" text="Deleted tasks can be restored, with their comments, until they are gone for good.">
      {list.isPending && <Skeletons />}
      {list.error && <Failure error={list.error} onRetry={list.again} />}
      {!list.isPending && !list.error && list.items.length === 0 && <Empty icon="trash" title="The trash is empty" />}
      {list.items.length > 0 && (
        <TableWrap label="Deleted tasks">
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">Title</th>
                <th scope="col">Deleted</th>
                <th scope="col" data-extra>
                  Gone for good
                </th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((task) => (
                <Row key={task.id} task={task} />
              ))}
            </tbody>
          </table>
        </TableWrap>
      )}
      <EndOfList list={list} />
    </Page>
  );
}

function Row({ task }: { task: Trashed }) {
  const api = useApi();
  const cache = useQueryClient();
  const { org } = useWorkspace();
  const { nameOf } = useDirectory();
  const [asking, setAsking] = useState(false);
  const settled = (): void => {
    void cache.invalidateQueries({ queryKey: keys.tasks(org) });
    void cache.invalidateQueries({ queryKey: keys.organization(org) });
  };
  const restore = useMutation({
    mutationFn: () => api.post('/api/tasks/{id}/restore', { path: { id: task.id } }),
    onSuccess: () => tell('Restored', task.title),
    onError: tellError,
    onSettled: settled,
  });
  const purge = useMutation({
    mutationFn: () => api.delete('/api/tasks/trash/{id}', { path: { id: task.id } }),
    onSuccess: () => tell('Gone for good', task.title),
    onError: tellError,
    onSettled: settled,
  });
  return (
    <tr>
      <td>{task.title}</td>
      <td>
        {task.deleted_at && <Ago at={task.deleted_at} />} by {nameOf(task.deleted_by)}
      </td>
      <td data-extra>{task.purge_at && <Day at={task.purge_at} />}</td>
      <td>
        <Actions>
          <Button small disabled={restore.isPending} onClick={() => restore.mutate()}>
            <Icon name="restore" size={16} />
            Restore<span className="visually-hidden"> {task.title}</span>
          </Button>
          <Button small look="danger" disabled={purge.isPending} onClick={() => setAsking(true)}>
            Delete for good<span className="visually-hidden">: {task.title}</span>
          </Button>
        </Actions>
        <Question
          open={asking}
          title="Delete for good?"
          text={`“${task.title}” and its comments cannot be brought back.`}
          yes="Delete for good"
          onNo={() => setAsking(false)}
          onYes={() => {
            setAsking(false);
            purge.mutate();
          }}
        />
      </td>
    </tr>
  );
}
