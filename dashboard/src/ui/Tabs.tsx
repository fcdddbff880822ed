import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import styles from './ui.module.css';

interface TabsProps {
  label: string;
  tabs: {
    value: string;
    title: ReactNode;
    content: ReactNode;
    /** Keeps what was typed into it while another tab is open. */
    keep?: boolean;
  }[];
}

export function Tabs({ label, tabs }: TabsProps) {
  return (
    <Base.Root defaultValue={tabs[0]?.value}>
      <Base.List className={styles['tabs']} aria-label={label}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={styles['tab']}>
            {tab.title}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} keepMounted={tab.keep === true}>
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
