import { describe, expect, it } from 'vitest';
import { judgeProof, parseCounters } from './offline-proof.ts';

const snmp = (
  noRoutes: number,
  datagrams: number,
) => `Ip: Forwarding OutRequests OutDiscards OutNoRoutes OutTransmits
Ip: 2 41 0 ${noRoutes} 41
Icmp: InMsgs
Icmp: 0
Udp: InDatagrams NoPorts InErrors OutDatagrams
Udp: 9 0 0 ${datagrams}
`;
const snmp6 = (noRoutes: number, datagrams: number) =>
  `Ip6InReceives                   \t12\nIp6OutNoRoutes                  \t${noRoutes}\nUdp6OutDatagrams                \t${datagrams}\n`;

const told = '  accepted: 18 of 18 cases, 700 ms in all\n';

describe('the counters of a network namespace', () => {
  it('are those of both protocols together', () => {
    expect(parseCounters(snmp(3, 2) + snmp6(4, 5))).toEqual({ noRoutes: 7, datagrams: 7 });
    expect(parseCounters(snmp(3, 0))).toEqual({ noRoutes: 3, datagrams: 0 });
    expect(parseCounters('')).toEqual({ noRoutes: 0, datagrams: 0 });
  });
});

describe('what they prove', () => {
  const silent = { noRoutes: 0, datagrams: 0 };
  const seen = { noRoutes: 2, datagrams: 0 };

  it('nothing was dialled, and it would have been seen', () => {
    expect(judgeProof(told, silent, seen)).toMatchObject({ state: 'ok' });
    expect(judgeProof(told, silent, seen).detail).toContain('run and judged included');
    expect(judgeProof('', silent, seen).detail).toContain('no program could be run');
  });

  it.each([
    ['a connection', { noRoutes: 1, datagrams: 0 }],
    ['a question to a name server', { noRoutes: 0, datagrams: 1 }],
  ])('%s fails', (_, after) => {
    const control = { ...after, noRoutes: after.noRoutes + 2 };
    expect(judgeProof(told, after, control)).toMatchObject({ state: 'fail' });
  });

  it('is nothing where dials are not counted', () => {
    expect(judgeProof(told, silent, silent)).toMatchObject({ state: 'warning' });
  });
});
