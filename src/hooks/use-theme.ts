import { createContext, useContext } from 'react';
import { makeTheme, type Theme } from '../terminal/theme.ts';

export const ThemeContext = createContext<Theme>(makeTheme(true));

/** The looks of the tones. */
export function useTheme(): Theme {
  return useContext(ThemeContext);
}
