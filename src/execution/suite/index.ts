export { openSuiteBench } from './bench.ts';
export { type Attack, parseSuite, SuiteFormatError } from './format.ts';
export { baitOf, type OwnPlaces, takeSnapshot } from './host-snapshot.ts';
export { type CaseResult, runSuite, slotsFor } from './run-suite.ts';
