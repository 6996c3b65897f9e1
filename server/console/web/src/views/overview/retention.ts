import type { LogSettings } from '../../api/types';
import { formatBytes } from '../../format/bytes';
import { formatDuration, secondsOf } from '../../format/duration';
import { formatShort } from '../../format/number';

// "7 d · 1 GiB", or "for ever".
export function retentionOf(settings: LogSettings | undefined): string {
  const bounds: string[] = [];
  const age = secondsOf(settings?.retentionAge) ?? 0;
  const bytes = Number(settings?.retentionBytes ?? 0);
  const records = Number(settings?.retentionRecords ?? 0);
  if (age > 0) bounds.push(formatDuration(age));
  if (bytes > 0) bounds.push(formatBytes(bytes));
  if (records > 0) bounds.push(`${formatShort(records)} records`);
  return bounds.length === 0 ? 'for ever' : bounds.join(' · ');
}
