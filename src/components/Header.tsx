import { type HeaderFacts, headerLine } from './header-line.ts';
import { Lines } from './Lines.tsx';
import { rule } from './rule.ts';

/** The first two lines of every screen: where one is, how it stands, and a rule. */
export function Header({ facts, width }: { readonly facts: HeaderFacts; readonly width: number }) {
  return <Lines lines={[headerLine(facts, width), rule(width)]} width={width} />;
}
