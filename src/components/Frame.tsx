import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Scope } from '../hooks/keymap.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { Header } from './Header.tsx';
import type { HeaderFacts } from './header-line.ts';
import { KeyHints } from './KeyHints.tsx';

/** Rows that a screen has between the header and the footer. */
export function bodyRows(size: TerminalSize): number {
  return Math.max(0, size.rows - 3);
}

export interface FrameProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  /** Where keys are listened for now; the footer shows them. */
  readonly scopes: readonly Scope[];
  readonly children: ReactNode;
}

/** What is around every screen: where one is at the top, which keys matter at the bottom. */
export function Frame({ size, facts, scopes, children }: FrameProps) {
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflowY="hidden">
      <Header facts={facts} width={size.columns} />
      <Box flexDirection="column" width={size.columns} height={bodyRows(size)} flexShrink={0} overflowY="hidden">
        {children}
      </Box>
      <KeyHints scopes={scopes} width={size.columns} circumstances={facts} />
    </Box>
  );
}
