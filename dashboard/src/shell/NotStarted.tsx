import { Button } from '../ui/Button';
import { Empty } from '../ui/States';

/** In the place of everything, while the server does not say how to start. */
export function NotStarted({ onRetry }: { onRetry: () => void }) {
  return (
    <main>
      <Empty icon="warning" title="The service cannot be reached">
        <p>The page is here, but the server behind it does not answer.</p>
        <p>
          <Button look="primary" onClick={onRetry}>
            Try again
          </Button>
        </p>
      </Empty>
    </main>
  );
}
