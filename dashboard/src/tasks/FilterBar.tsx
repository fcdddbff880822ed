import { useEffect, useRef, useState } from 'react';
import { useDirectory, memberName } from '../members/directory';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { SORTS, type FiltersInAddress, type Sort } from './filters';
import { PRIORITIES, PRIORITY_NAMES, STATUS_NAMES, STATUSES, type Priority, type Status } from './task';
import styles from './tasks.module.css';

const TYPING_MS = 250;

const SORT_NAMES: Record<Sort, string> = {
  created_at: 'Created',
  updated_at: 'Changed',
  due_date: 'Due',
  priority: 'Priority',
  title: 'Title',
};

interface FilterBarProps extends FiltersInAddress {
  /** The board has a column for each status and an order of its own. */
  table?: boolean;
}

export function FilterBar({ filters, change, table = false }: FilterBarProps) {
  const { members } = useDirectory();
  const filtered = filters.search || filters.priority || filters.assignee || (table && filters.status);
  return (
    <search className={styles['filters']}>
      <SearchField value={filters.search ?? ''} onChange={(search) => change({ search })} />
      {table && (
        <Field label="Status" hideLabel>
          {(control) => (
            <select {...control} value={filters.status ?? ''} onChange={(event) => change({ status: (event.target.value || undefined) as Status | undefined })}>
              <option value="">Any status</option>
              {STATUSES.map((status) => (
                <option key={status} value={status}>
                  {STATUS_NAMES[status]}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Field label="Priority" hideLabel>
        {(control) => (
          <select {...control} value={filters.priority ?? ''} onChange={(event) => change({ priority: (event.target.value || undefined) as Priority | undefined })}>
            <option value="">Any priority</option>
            {PRIORITIES.map((priority) => (
              <option key={priority} value={priority}>
                {PRIORITY_NAMES[priority]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Assignee" hideLabel>
        {(control) => (
          <select {...control} value={filters.assignee ?? ''} onChange={(event) => change({ assignee: event.target.value || undefined })}>
            <option value="">Anybody</option>
            <option value="me">Mine</option>
            <option value="none">Nobody’s</option>
            {members.map((member) => (
              <option key={member.user_id} value={member.user_id}>
                {memberName(member)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {table && <SortFields filters={filters} change={change} />}
      {filtered && (
        <Button look="quiet" onClick={() => change({ search: undefined, status: undefined, priority: undefined, assignee: undefined })}>
          Clear
        </Button>
      )}
    </search>
  );
}

/** Asks when the typing pauses, not for every letter. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // Cleared or changed from elsewhere, as by the back button.
    if (value !== sent.current) {
      sent.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed.trim();
      onChange(typed.trim() || undefined);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <div className={styles['search']}>
      <Field label="Search" hideLabel>
        {(control) => <input {...control} type="search" placeholder="Search title and description" maxLength={200} value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
    </div>
  );
}

function SortFields({ filters, change }: FiltersInAddress) {
  const sort = filters.sort_by ?? 'created_at';
  const order = filters.sort_order ?? 'desc';
  return (
    <>
      <Field label="Sort by" hideLabel>
        {(control) => (
          <select {...control} value={sort} onChange={(event) => change({ sort_by: event.target.value as Sort })}>
            {SORTS.map((one) => (
              <option key={one} value={one}>
                By {SORT_NAMES[one].toLowerCase()}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Order" hideLabel>
        {(control) => (
          <select {...control} value={order} onChange={(event) => change({ sort_order: event.target.value as 'asc' | 'desc' })}>
            <option value="desc">Descending</option>
            <option value="asc">Ascending</option>
          </select>
        )}
      </Field>
    </>
  );
}
