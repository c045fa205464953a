/** What V8's profiler tells, as far as it is needed here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Which step a function belongs to, by where it is written; the first that fits. */
const STEPS: readonly { readonly step: string; readonly url: RegExp }[] = [
  { step: 'signatures and digests', url: /node:internal\/crypto|protocol\/src\/jws|protocol\/src\/token-hash/ },
  {
    step: 'certificates',
    url: /packages\/certificates\/|certificate|anchored-trust|adapters\/revocation|sealed-client-keys|followed-keys/,
  },
  { step: 'PostgreSQL driver', url: /node_modules\/pg/ },
  { step: 'tracing API', url: /@opentelemetry|call-span|observed-database/ },
  { step: 'SQL adapter', url: /bank\/src\/adapters\/postgres/ },
  { step: 'parsing, rules and records', url: /packages\/protocol\/|node_modules\/ibantools|bank\/src\/domain/ },
  { step: 'operations', url: /bank\/src\/operations/ },
  { step: 'routing, headers, answers', url: /bank\/src\/http/ },
  { step: 'TLS, sockets and HTTP of Node', url: /node:_http|node:_tls|node:http|node:https|node:net|node:tls|stream/ },
  { step: 'promises, timers and events of Node', url: /^node:/ },
  { step: 'other adapters', url: /bank\/src\// },
];

const IDLE = new Set(['(idle)', '(root)']);

/** A step with its share of the time in which the process did anything. */
export interface StepShare {
  readonly step: string;
  readonly share: number;
}

/** @returns each step's share of the time in which the process did anything, most first */
export function timeBySteps(profile: CpuProfile): StepShare[] {
  const stepOf = stepsOfNodes(profile);
  const times = new Map<string, number>();
  let busy = 0;
  for (const [at, id] of profile.samples.entries()) {
    const step = stepOf.get(id);
    const time = Math.max(0, profile.timeDeltas[at] ?? 0);
    if (step === undefined) continue;
    busy += time;
    times.set(step, (times.get(step) ?? 0) + time);
  }
  const shares = [...times].map(([step, time]) => ({ step, share: busy === 0 ? 0 : time / busy }));
  return shares.sort((one, other) => other.share - one.share);
}

/** A function without a file is the engine's or of a native module, and belongs to whoever called it. */
function stepsOfNodes({ nodes }: CpuProfile): Map<number, string | undefined> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const steps = new Map<number, string | undefined>();
  const visit = (id: number, inherited: string) => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    const own = url === '' ? inherited : (STEPS.find((each) => each.url.test(url))?.step ?? 'other libraries');
    steps.set(id, IDLE.has(functionName) ? undefined : (special(functionName) ?? own));
    for (const child of node.children ?? []) visit(child, own);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, 'TLS, sockets and HTTP of Node');
  return steps;
}

function special(functionName: string): string | undefined {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'native code outside JavaScript';
  return undefined;
}
