import { useDraggable } from '@dnd-kit/core';
import { useWorkspace } from '../api/me';
import type { Directory } from '../members/directory';
import { Avatar } from '../ui/Avatar';
import { Badge } from '../ui/Badge';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Menu, MenuGroup, MenuItem } from '../ui/Menu';
import { Day } from '../ui/Time';
import { isOverdue, PRIORITY_NAMES, PRIORITY_TONES, STATUS_NAMES, STATUSES, type Status, type Task } from './task';
import styles from './tasks.module.css';

interface CardProps {
  task: Task;
  directory: Directory;
  onOpen: (id: string) => void;
  onMove: (task: Task, status: Status) => void;
}

/** The whole card follows a mouse or finger; the keyboard picks it up by its handle, so that its other buttons stay buttons. */
export function Card({ task, directory, onOpen, onMove }: CardProps) {
  const { may } = useWorkspace();
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, isDragging } = useDraggable({ id: task.id, data: { task }, disabled: !may.edit });
  return (
    <li ref={setNodeRef} className={styles['card']} data-dragging={isDragging} data-editable={may.edit} data-testid={`card-${task.id}`} {...listeners}>
      <div className={styles['cardHead']}>
        <button type="button" className={styles['cardTitle']} onClick={() => onOpen(task.id)}>
          {task.title}
        </button>
        {may.edit && (
          <span className={styles['cardTools']}>
            <button type="button" ref={setActivatorNodeRef} className={styles['grip']} {...attributes} aria-label={`Carry “${task.title}” to another column`}>
              <Icon name="grip" size={16} />
            </button>
            <Menu trigger={<Button look="quiet" small icon aria-label={`Move “${task.title}”`}><Icon name="more" size={16} /></Button>}>
              <MenuGroup label="Move to">
                {STATUSES.filter((status) => status !== task.status).map((status) => (
                  <MenuItem key={status} onClick={() => onMove(task, status)}>
                    <span className={styles['dot']} data-status={status} />
                    {STATUS_NAMES[status]}
                  </MenuItem>
                ))}
              </MenuGroup>
            </Menu>
          </span>
        )}
      </div>
      <CardFacts task={task} assignee={task.assignee_id == null ? null : { name: directory.nameOf(task.assignee_id), image: directory.imageOf(task.assignee_id) }} />
    </li>
  );
}

/** The card in the air. */
export function CardFace({ task, lifted = false }: { task: Task; lifted?: boolean }) {
  return (
    <div className={styles['card']} data-lifted={lifted}>
      <div className={styles['cardHead']}>
        <span className={styles['cardTitle']}>{task.title}</span>
      </div>
      <CardFacts task={task} assignee={null} />
    </div>
  );
}

function CardFacts({ task, assignee }: { task: Task; assignee: { name: string; image: string | null } | null }) {
  const overdue = isOverdue(task);
  return (
    <div className={styles['facts']}>
      {task.priority !== 'medium' && <Badge tone={PRIORITY_TONES[task.priority]}>{PRIORITY_NAMES[task.priority]}</Badge>}
      {task.category && <Badge>{task.category}</Badge>}
      {task.labels.slice(0, 3).map((label) => (
        <Badge key={label} tone="accent">
          {label}
        </Badge>
      ))}
      {task.due_date && (
        <span className={styles['due']} data-overdue={overdue}>
          <Icon name="calendar" size={14} />
          {overdue && <span className="visually-hidden">Overdue: </span>}
          <Day at={task.due_date} short />
        </span>
      )}
      {assignee && (
        <span className={styles['assignee']} title={assignee.name}>
          <span className="visually-hidden">Assigned to {assignee.name}</span>
          <Avatar name={assignee.name} image={assignee.image} />
        </span>
      )}
    </div>
  );
}
