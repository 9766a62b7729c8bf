/** Values of options for people. */
import type { Settings } from '../../http/admin/messages.js';

export type Option = Settings['options'][number];

const STEPS: Readonly<Record<string, readonly { readonly size: number; readonly unit: string }[]>> = {
  bytes: [
    { size: 1_073_741_824, unit: 'GiB' },
    { size: 1_048_576, unit: 'MiB' },
    { size: 1_024, unit: 'KiB' },
  ],
  seconds: [
    { size: 86_400, unit: 'days' },
    { size: 3_600, unit: 'hours' },
    { size: 60, unit: 'minutes' },
  ],
  milliseconds: [
    { size: 3_600_000, unit: 'hours' },
    { size: 60_000, unit: 'minutes' },
    { size: 1_000, unit: 'seconds' },
  ],
};

const singular = (amount: number, unit: string) =>
  amount === 1 && /^[a-z]/.test(unit) ? unit.replace(/s$/, '') : unit;

/** `2,097,152 bytes (2 MiB)`, `1 day`, `not set` */
export function amountText({ value, unit }: Pick<Option, 'value' | 'unit'>): string {
  if (value === null || value === '') return 'not set';
  if (typeof value === 'string') return value;
  const plain = unit === null ? String(value) : `${value.toLocaleString('en')} ${singular(value, unit)}`;
  const step = unit === null ? undefined : STEPS[unit]?.find(({ size }) => value >= size && value % size === 0);
  if (!step) return plain;
  const amount = value / step.size;
  return `${plain} (${amount.toLocaleString('en')} ${singular(amount, step.unit)})`;
}
