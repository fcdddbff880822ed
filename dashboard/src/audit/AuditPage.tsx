/** Who did what in the organization, with filters and as a file. */
import type { Schemas } from '@tenantry/client';
import { useState } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useList } from '../api/pages';
import { useDirectory } from '../members/directory';
import { EndOfList } from '../ui/EndOfList';
import { Page, TableWrap } from '../ui/Page';
import { Empty, Failure, Notice, Skeletons } from '../ui/States';
import { Moment } from '../ui/Time';
import { AuditFilters, type Chosen } from './AuditFilters';
import { asQuery } from './query';
import { ExportMenu } from './ExportMenu';
import styles from './audit.module.css';

type Entry = Schemas['AuditEntry'];

export default function AuditPage() {
  const { may } = useWorkspace();
  if (!may.admin) {
    return (
      <Page title="Audit log">
        <Empty icon="lock" title="Only administrators may read the audit log">
          It needs the role Administrator (org:admin).
        </Empty>
      </Page>
    );
  }
  return <Log />;
}

function Log() {
  const api = useApi();
  const { org } = useWorkspace();
  const [chosen, setChosen] = useState<Chosen>({});
  const list = useList(keys.audit(org, chosen), (cursor, signal) =>
    api.get('/api/audit-log', { query: { ...asQuery(chosen), limit: 50, ...(cursor === undefined ? {} : { cursor }) }, signal }),
  );
  return (
    <Page title="Audit log" text="Every change, recorded together with the change itself." actions={<ExportMenu chosen={chosen} />}>
      <AuditFilters chosen={chosen} onChange={setChosen} />
      {list.isPending && <Skeletons rows={8} />}
      {list.error && <Failure error={list.error} onRetry={list.again} />}
      {!list.isPending && !list.error && list.items.length === 0 && <Empty icon="log" title="No entries">Nothing fits these filters.</Empty>}
      {list.items.length > 0 && (
        <TableWrap label="Entries of the audit log">
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col" data-extra>
                  Details
                </th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((entry) => (
                <Row key={entry.seq} entry={entry} />
              ))}
            </tbody>
          </table>
        </TableWrap>
      )}
      <EndOfList list={list} />
      {list.items.length > 0 && !list.hasMore && <Notice>This is the beginning of the log.</Notice>}
    </Page>
  );
}

const ACTORS: Record<string, string> = { clerk: 'Clerk', operator: 'An operator', job: 'A job' };

function Row({ entry }: { entry: Entry }) {
  const { nameOf } = useDirectory();
  const actor = entry.actor as { type?: string; id?: string };
  const target = entry.target as { type?: string; id?: string };
  return (
    <tr>
      <td className={styles['when']}>
        <Moment at={entry.at} />
      </td>
      <td>
        {actor.type === 'user' ? nameOf(actor.id) : (ACTORS[actor.type ?? ''] ?? actor.type)}
        {entry.impersonator && <span className={styles['small']}>by {nameOf(entry.impersonator)}</span>}
      </td>
      <td>
        <code>{entry.action}</code>
        <span className={styles['small']}>
          {target.type} {target.id}
        </span>
      </td>
      <td data-extra>
        <Details entry={entry} />
      </td>
    </tr>
  );
}

function Details({ entry }: { entry: Entry }) {
  const before = entry.before as Record<string, unknown> | null;
  const after = entry.after as Record<string, unknown> | null;
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <details className={styles['details']}>
      <summary>
        {fields.length === 0 ? 'Request' : fields.length === 1 ? fields[0] : `${fields.length} fields`}
        <span className="visually-hidden"> of entry {entry.seq}</span>
      </summary>
      <dl>
        {fields.map((field) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>
              {before !== null && field in before && <del>{written(before[field])}</del>} {after !== null && field in after && <ins>{written(after[field])}</ins>}
            </dd>
          </div>
        ))}
        <div>
          <dt>Entry</dt>
          <dd>{entry.seq}</dd>
        </div>
        {entry.address && (
          <div>
            <dt>From</dt>
            <dd>{entry.address}</dd>
          </div>
        )}
        {entry.request_id && (
          <div>
            <dt>Request</dt>
            <dd>
              <code>{entry.request_id}</code>
            </dd>
          </div>
        )}
      </dl>
    </details>
  );
}

function written(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
