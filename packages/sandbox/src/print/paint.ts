import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'yellow';

/** Colours text, where colours are wanted. */
export type Paint = (style: Style, text: string) => string;

/** Colours only on a terminal, and none where NO_COLOR says so (https://no-color.org). */
export function painter(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): Paint {
  const noColour = environment.NO_COLOR !== undefined && environment.NO_COLOR !== '';
  const wanted = stream.isTTY === true && !noColour && environment.TERM !== 'dumb';
  return wanted ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}
