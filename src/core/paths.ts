import { join } from 'node:path';
import { xdgCache, xdgConfig, xdgState } from 'xdg-basedir';

const folder = 'jdci-tui';

function under(base: string | undefined): string {
  if (base === undefined) throw new Error('neither HOME nor the XDG folders are set');
  return join(base, folder);
}

/** Where the program keeps its files, by the XDG Base Directory Specification 0.8. */
export const paths = {
  config: () => under(xdgConfig),
  /** Journals, reports, the action log: what must outlive the program. */
  state: () => under(xdgState),
  /** What can be fetched again. */
  cache: () => under(xdgCache),
};
