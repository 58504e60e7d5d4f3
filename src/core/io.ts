/** Where a command writes: standard output carries the answer, standard error the progress. */
export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
}
