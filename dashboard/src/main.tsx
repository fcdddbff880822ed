import { StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { App } from './app';
import { loadConfig } from './config';
import { NotStarted } from './shell/NotStarted';
import './styles/tokens.css';
import './styles/base.css';

async function start(root: Root): Promise<void> {
  try {
    const config = await loadConfig();
    root.render(
      <StrictMode>
        <App config={config} />
      </StrictMode>,
    );
  } catch {
    root.render(<NotStarted onRetry={() => void start(root)} />);
  }
}

const element = document.getElementById('root');
if (element) void start(createRoot(element));
