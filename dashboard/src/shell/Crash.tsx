import { Component, type ReactNode } from 'react';
import { Button } from '../ui/Button';
import { Empty } from '../ui/States';

/** What stands in the place of a page that failed to draw itself, or whose script did not come. */
export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <main>
        <Empty icon="warning" title="This page could not be shown">
          <p>A new version may have been put in place meanwhile.</p>
          <p>
            <Button look="primary" onClick={() => window.location.reload()}>
              Load it again
            </Button>
          </p>
        </Empty>
      </main>
    );
  }
}
