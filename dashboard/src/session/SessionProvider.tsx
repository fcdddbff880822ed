/** Clerk, told where our pages are and to use our router. */
import { ClerkProvider } from '@clerk/react';
import { useMemo, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import type { Config } from '../config';
import { BASE, routed, SIGN_IN, SIGN_UP } from './addresses';

/** Clerk's components in our colours; they follow the theme because ours do. */
const appearance = {
  variables: {
    colorPrimary: 'var(--brand)',
    colorPrimaryForeground: 'var(--on-brand)',
    colorBackground: 'var(--surface)',
    colorForeground: 'var(--text)',
    colorMutedForeground: 'var(--text-2)',
    colorMuted: 'var(--surface-2)',
    colorInput: 'var(--surface)',
    colorInputForeground: 'var(--text)',
    colorNeutral: 'var(--text)',
    colorDanger: 'var(--danger)',
    borderRadius: '8px',
    fontFamily: 'var(--font)',
  },
  elements: {
    footerActionLink: { color: 'var(--brand-text)' },
    formFieldAction: { color: 'var(--brand-text)' },
    formResendCodeLink: { color: 'var(--brand-text)' },
    identityPreviewEditButton: { color: 'var(--brand-text)' },
  },
};

export function SessionProvider({ config, children }: { config: Config; children: ReactNode }) {
  const navigate = useNavigate();
  const routing = useMemo(() => {
    const go = (replace: boolean) => (to: string) => {
      const path = routed(to);
      if (path === null) window.location.assign(to);
      else void navigate(path, { replace });
    };
    return { routerPush: go(false), routerReplace: go(true) };
  }, [navigate]);
  return (
    <ClerkProvider
      publishableKey={config.publishableKey}
      {...(config.proxyUrl === null ? {} : { proxyUrl: config.proxyUrl })}
      {...(config.local ? { telemetry: false as const } : {})}
      signInUrl={SIGN_IN}
      signUpUrl={SIGN_UP}
      signInFallbackRedirectUrl={BASE}
      signUpFallbackRedirectUrl={BASE}
      afterSignOutUrl={SIGN_IN}
      appearance={appearance}
      {...routing}
    >
      {children}
    </ClerkProvider>
  );
}
