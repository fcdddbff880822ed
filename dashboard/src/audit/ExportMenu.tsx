import { useMutation } from '@tanstack/react-query';
import { useApi } from '../api/ApiContext';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Menu, MenuItem } from '../ui/Menu';
import { tellError } from '../ui/Toasts';
import type { Chosen } from './AuditFilters';
import { asQuery } from './query';

type Format = 'csv' | 'ndjson';

/** The entries that the filters mean, as a file. The export is itself recorded. */
export function ExportMenu({ chosen }: { chosen: Chosen }) {
  const api = useApi();
  const save = useMutation({
    mutationFn: async (format: Format) => offer(await api.file('/api/audit-log', { query: { ...asQuery(chosen), format } }), `audit-log.${format}`),
    onError: tellError,
  });
  return (
    <Menu
      trigger={
        <Button disabled={save.isPending}>
          <Icon name="download" />
          {save.isPending ? 'Exporting…' : 'Export'}
        </Button>
      }
    >
      <MenuItem onClick={() => save.mutate('csv')}>As a table (CSV)</MenuItem>
      <MenuItem onClick={() => save.mutate('ndjson')}>For programs (NDJSON)</MenuItem>
    </Menu>
  );
}

function offer(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser needs the address until it has begun to read.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
