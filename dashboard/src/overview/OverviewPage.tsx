/** How the work stands, in numbers and a small chart. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { NoView } from '../tasks/BoardPage';
import { PRIORITIES, PRIORITY_NAMES, STATUS_NAMES, STATUSES } from '../tasks/task';
import { Page, Panel } from '../ui/Page';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Bars } from './Bars';
import styles from './overview.module.css';

export default function OverviewPage() {
  const api = useApi();
  const { org, may } = useWorkspace();
  const stats = useQuery({
    queryKey: keys.stats(org),
    queryFn: async ({ signal }) => (await api.get('/api/tasks/stats', { signal })).data,
    enabled: may.view,
  });
  if (!may.view) return <NoView />;
  const data = stats.data;
  return (
    <Page title="Overview">
      {!data && !stats.error && <Skeletons rows={4} />}
      {!data && stats.error && <Failure error={stats.error} onRetry={() => void stats.refetch()} />}
      {data && data.total === 0 && (
        <Empty icon="chart" title="Nothing to count yet">
          <Link to="/board">Create the first task</Link>, and the numbers appear here.
        </Empty>
      )}
      {data && data.total > 0 && (
        <div className={styles['grid']}>
          <dl className={styles['numbers']}>
            <Number name="Tasks" value={data.total} to="/tasks" />
            <Number name="Open" value={data.pending + data.started} to="/board" />
            <Number name="Done" value={data.completed} to="/tasks?status=completed" />
            <Number name="Overdue" value={data.overdue} to="/tasks?sort_by=due_date&sort_order=asc" alarming={data.overdue > 0} />
          </dl>
          <Panel title="By status">
            <Bars label="Tasks by status" bars={STATUSES.map((status) => ({ name: STATUS_NAMES[status], value: data[status], tone: status }))} />
          </Panel>
          <Panel title="By priority">
            <Bars label="Tasks by priority" bars={PRIORITIES.map((priority) => ({ name: PRIORITY_NAMES[priority], value: data.by_priority[priority], tone: priority }))} />
          </Panel>
        </div>
      )}
    </Page>
  );
}

function Number({ name, value, to, alarming = false }: { name: string; value: number; to: string; alarming?: boolean }) {
  return (
    <div className={styles['number']} data-alarming={alarming}>
      <dt>{name}</dt>
      <dd>
        <Link to={to}>{value.toLocaleString()}</Link>
      </dd>
    </div>
  );
}
