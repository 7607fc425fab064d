import { type ChildProcess, spawn } from 'node:child_process';
import { createFrameReader, decodeFields, fieldNumber, fieldText } from './frames.ts';
import type { SupervisorOptions } from './jail.ts';
import { fatalTag, frame, protocolVersion, readyTag } from './protocol.ts';

const keptErrorBytes = 4096;
const closeGraceMs = 5000;

/** One running `syncode-jail supervise`. */
export interface SupervisorProcess {
  /** False once it has ended or given up. */
  alive(): boolean;
  send(bytes: Buffer): void;
  /** At once, with everything that it holds; `reason` is what `onEnd` gets. */
  kill(reason: string): void;
  /** Ends its pipe, waits until it is gone, kills it after 5 s. */
  close(): Promise<void>;
}

/** What becomes of the process; `onEnd` is called once, with the reason. */
export interface SupervisorEvents {
  onResult(payload: Buffer): void;
  onEnd(reason: string): void;
}

function cgroupWords({ cgroupBase }: SupervisorOptions): string[] {
  if (cgroupBase.version === 2) return ['--unified', cgroupBase.dir];
  const { memory, pids, cpuacct, cpu } = cgroupBase;
  return ['--memory', memory, '--pids', pids, '--cpuacct', cpuacct, '--cpu', cpu];
}

function identityWords({ identity }: SupervisorOptions): string[] {
  return identity === null ? [] : ['--uid', String(identity.uid), '--gid', String(identity.gid)];
}

/** The words behind the program's name, without those of the stage. */
export function supervisorWords(options: SupervisorOptions): string[] {
  return ['supervise', '--slot', String(options.slot), ...cgroupWords(options), ...identityWords(options)];
}

/** Null when the other side speaks as this one does. */
function checkReady(payload: Buffer): string | null {
  const version = decodeFields(payload).find((field) => field.tag === readyTag.protocol);
  const spoken = version ? fieldNumber(version) : 0;
  return spoken === protocolVersion
    ? null
    : `syncode-jail speaks protocol ${spoken}, this server ${protocolVersion}: build it anew`;
}

function fatalText(payload: Buffer): string {
  const message = decodeFields(payload).find((field) => field.tag === fatalTag.message);
  return message ? fieldText(message) : 'it gave no reason';
}

function waitForEnd(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) resolve();
    else child.once('close', () => resolve());
  });
}

/** Starts the process; what goes wrong, at the start or later, comes as `onEnd`. */
export function startSupervisorProcess(
  options: SupervisorOptions,
  stageWords: readonly string[],
  events: SupervisorEvents,
): SupervisorProcess {
  const words = [
    'supervise',
    '--slot',
    String(options.slot),
    ...cgroupWords(options),
    ...identityWords(options),
  ];
  // Without free descriptors there are no streams; 'error' then says so.
  const child: ChildProcess = spawn(options.jailBinary, [...words, ...stageWords], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {},
  });
  let ended = false;
  let said = '';

  function end(reason: string): void {
    if (ended) return;
    ended = true;
    child.kill('SIGKILL');
    events.onEnd(reason);
  }

  function onFrame(kind: number, payload: Buffer): void {
    if (kind === frame.result) events.onResult(payload);
    else if (kind === frame.fatal) end(fatalText(payload));
    else if (kind === frame.ready) {
      const problem = checkReady(payload);
      if (problem !== null) end(problem);
    } else end(`syncode-jail sent a frame of unknown kind ${kind}`);
  }

  const take = createFrameReader(onFrame);
  child.stdout?.on('data', (chunk: Buffer) => {
    try {
      if (!ended) take(chunk);
    } catch (error) {
      end(`syncode-jail sent garbage: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptErrorBytes);
  });
  child.stdin?.on('error', () => {}); // its end is told by 'close'
  child.once('error', (error) => end(`${options.jailBinary} cannot be started: ${error.message}`));
  child.once('close', (code, signal) => {
    end(`syncode-jail ended with ${signal ?? `status ${code}`}${said === '' ? '' : `: ${said.trim()}`}`);
  });

  return {
    alive: () => !ended,
    send: (bytes) => void child.stdin?.write(bytes),
    kill: end,
    async close() {
      child.stdin?.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), closeGraceMs);
      await waitForEnd(child);
      clearTimeout(timer);
    },
  };
}
