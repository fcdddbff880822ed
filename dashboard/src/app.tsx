/** Every page and what stands around it. */
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { ApiProvider } from './api/ApiContext';
import { queryClient } from './api/queryClient';
import type { Config } from './config';
import { ConfigContext } from './session/ConfigContext';
import { SessionGate } from './session/SessionGate';
import { SessionProvider } from './session/SessionProvider';
import { Shell } from './shell/Shell';
import { Crash } from './shell/Crash';
import { Loading } from './ui/States';
import { Toasts } from './ui/Toasts';

const BoardPage = lazy(() => import('./tasks/BoardPage'));
const TablePage = lazy(() => import('./tasks/TablePage'));
const TrashPage = lazy(() => import('./tasks/TrashPage'));
const OverviewPage = lazy(() => import('./overview/OverviewPage'));
const MembersPage = lazy(() => import('./members/MembersPage'));
const PlanPage = lazy(() => import('./plan/PlanPage'));
const AuditPage = lazy(() => import('./audit/AuditPage'));
const SettingsPage = lazy(() => import('./settings/SettingsPage'));
const NotFoundPage = lazy(() => import('./shell/NotFoundPage'));
const SignInPage = lazy(() => import('./session/SignInPage'));
const SignUpPage = lazy(() => import('./session/SignUpPage'));

export function App({ config }: { config: Config }) {
  return (
    <ConfigContext value={config}>
      <BrowserRouter basename={import.meta.env.BASE_URL.replace(/\/$/, '')}>
        <Toasts>
          <Crash>
            <QueryClientProvider client={queryClient}>
              <SessionProvider config={config}>
                <ApiProvider>
                  <Suspense fallback={<Loading page />}>
                    <Routes>
                      <Route path="sign-in/*" element={<SignInPage />} />
                      <Route path="sign-up/*" element={<SignUpPage />} />
                      <Route element={<SessionGate />}>
                        <Route element={<Shell />}>
                          <Route index element={<Navigate to="/board" replace />} />
                          <Route path="board" element={<BoardPage />} />
                          <Route path="tasks" element={<TablePage />} />
                          <Route path="trash" element={<TrashPage />} />
                          <Route path="overview" element={<OverviewPage />} />
                          <Route path="members" element={<MembersPage />} />
                          <Route path="plan" element={<PlanPage />} />
                          <Route path="audit" element={<AuditPage />} />
                          <Route path="settings" element={<SettingsPage />} />
                          <Route path="*" element={<NotFoundPage />} />
                        </Route>
                      </Route>
                    </Routes>
                  </Suspense>
                </ApiProvider>
              </SessionProvider>
            </QueryClientProvider>
          </Crash>
        </Toasts>
      </BrowserRouter>
    </ConfigContext>
  );
}
