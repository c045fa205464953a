/** How a command ends: done, not done, ended at once by Ctrl-C. Wrong usage is 2, said by the command line itself. */
export type ExitCode = 0 | 1 | 130;
