import { createContext, use } from 'react';
import type { Config } from '../config';

export const ConfigContext = createContext<Config | null>(null);

export function useConfig(): Config {
  const config = use(ConfigContext);
  if (config === null) throw new Error('useConfig stands outside of the application');
  return config;
}
