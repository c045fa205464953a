/** What a server is started with for every process of it to load a module before its own. @param url of the module */
export function preloading(url: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${url}`.trim() };
}
