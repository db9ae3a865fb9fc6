import type { CrashPointName } from '../crash-point/points.ts';
import type { Row } from '../row.ts';

/** The rows of one blow at one point, and a restart. */
export const CRASH_POINT_ROWS: readonly Row[] = [
  row('before-route-produce', 'dispatcher', 'before route produce'),
  row('before-route-commit', 'dispatcher', 'before route commit'),
  row('before-attempt-record', 'dispatcher', 'before attempt record'),
  row('before-delivery-commit', 'dispatcher', 'before delivery commit, after a retry record'),
  row('before-retry-commit', 'dispatcher', 'before retry commit'),
  row('before-insert', 'logger', 'before insert'),
  row('before-log-commit', 'logger', 'before log commit'),
];

function row(name: string, service: 'dispatcher' | 'logger', point: CrashPointName): Row {
  return {
    name,
    async blow({ crashAt, restart }) {
      await crashAt(service, point);
      await restart(service);
    },
  };
}
