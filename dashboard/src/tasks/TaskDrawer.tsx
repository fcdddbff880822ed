/** One task at the side of the page: its fields, what was said about it, and what happened to it. */
import { NotFoundError } from '@tenantry/client';
import { useState } from 'react';
import { useWorkspace } from '../api/me';
import { useDirectory } from '../members/directory';
import { Button } from '../ui/Button';
import { Dialog, Question } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Tabs } from '../ui/Tabs';
import { Ago } from '../ui/Time';
import { ActivityList } from './ActivityList';
import { Comments } from './Comments';
import { EditTask } from './EditTask';
import { useDeleteTask } from './mutations';
import { useTask, type Versioned } from './queries';
import styles from './tasks.module.css';

interface TaskDrawerProps {
  id: string;
  onClose: () => void;
}

export function TaskDrawer({ id, onClose }: TaskDrawerProps) {
  const { data, error, refetch } = useTask(id);
  const [dirty, setDirty] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const close = (): void => {
    if (dirty) setLeaving(true);
    else onClose();
  };
  return (
    <Dialog open onClose={close} look="sheet" title={data?.task.title ?? 'Task'}>
      {data ? (
        <Opened versioned={data} onClose={onClose} onDirty={setDirty} />
      ) : error instanceof NotFoundError ? (
        <Empty icon="search" title="There is no such task">
          It was deleted, or is not in this organization.
        </Empty>
      ) : error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeletons />
      )}
      <Question
        open={leaving}
        title="Leave without saving?"
        text="What you changed in this task is not saved yet."
        yes="Leave"
        no="Stay"
        onNo={() => setLeaving(false)}
        onYes={onClose}
      />
    </Dialog>
  );
}

interface OpenedProps {
  versioned: Versioned;
  onClose: () => void;
  onDirty: (dirty: boolean) => void;
}

function Opened({ versioned, onClose, onDirty }: OpenedProps) {
  const { task } = versioned;
  const { nameOf } = useDirectory();
  return (
    <>
      <p className={styles['by']}>
        Created <Ago at={task.created_at} /> by {nameOf(task.created_by)}, changed <Ago at={task.updated_at} /> by {nameOf(task.updated_by)}
      </p>
      <Tabs
        label="The task"
        tabs={[
          { value: 'details', title: 'Details', content: <EditTask versioned={versioned} onDirty={onDirty} />, keep: true },
          { value: 'comments', title: 'Comments', content: <Comments taskId={task.id} /> },
          { value: 'activity', title: 'Activity', content: <ActivityList taskId={task.id} /> },
        ]}
      />
      <Removal id={task.id} title={task.title} onClose={onClose} />
    </>
  );
}

function Removal({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { may } = useWorkspace();
  const [asking, setAsking] = useState(false);
  const remove = useDeleteTask();
  if (!may.remove) return null;
  return (
    <div className={styles['removal']}>
      <Button look="danger" small onClick={() => setAsking(true)}>
        <Icon name="trash" size={16} />
        Delete task
      </Button>
      <Question
        open={asking}
        title="Delete this task?"
        text={`“${title}” goes into the trash, from where it can be restored for a while.`}
        yes="Delete"
        busy={remove.isPending}
        onNo={() => setAsking(false)}
        onYes={() => {
          remove.mutate(id);
          setAsking(false);
          onClose();
        }}
      />
    </div>
  );
}
