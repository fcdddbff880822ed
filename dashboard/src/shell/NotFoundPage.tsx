import { Link } from 'react-router';
import { Page } from '../ui/Page';
import { Empty } from '../ui/States';

export default function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty icon="search" title="There is nothing at this address">
        <Link to="/board">To the board</Link>
      </Empty>
    </Page>
  );
}
