import type { OutputComparison } from '../../../generated/api.ts';
import { defaultComparison } from '../content.ts';
import { refuse, refuseUnsupported } from './fault.ts';

const { tolerance: defaultTolerance } = defaultComparison;
const FLOAT_FLAGS = ['float_tolerance', 'float_relative_tolerance', 'float_absolute_tolerance'] as const;

/**
 * The mode of comparison that flags of the default output validator mean: float_tolerance float, space_change_sensitive
 * text, none tokens. Letters are compared as they are with or without case_sensitive.
 */
export function comparisonFromFlags(file: string, flags: readonly string[]): OutputComparison {
  const tolerances = new Map<string, number>();
  let isText = false;
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i] ?? '';
    if (flag === 'space_change_sensitive') isText = true;
    else if (FLOAT_FLAGS.includes(flag as (typeof FLOAT_FLAGS)[number])) {
      tolerances.set(flag, toleranceOf(file, flag, flags[++i]));
    } else if (flag !== 'case_sensitive') refuse(file, `unknown flag ${flag}`, 'output_validator_args');
  }
  if (tolerances.size === 0) return { mode: isText ? 'text' : 'tokens', tolerance: defaultTolerance };
  if (isText) refuseUnsupported(file, 'space_change_sensitive with a tolerance is', 'output_validator_args');
  return { mode: 'float', tolerance: oneTolerance(file, tolerances) };
}

function toleranceOf(file: string, flag: string, text: string | undefined): number {
  const tolerance = Number(text);
  if (text !== undefined && tolerance > 0 && tolerance <= 1) return tolerance;
  return refuse(file, `${flag} needs a number above 0, at most 1`, 'output_validator_args');
}

/** Absolute and relative tolerance are one here: whichever is wider accepts. */
function oneTolerance(file: string, tolerances: ReadonlyMap<string, number>): number {
  const both = tolerances.get('float_tolerance');
  if (both !== undefined && tolerances.size === 1) return both;
  const [relative, absolute] = [tolerances.get(FLOAT_FLAGS[1]), tolerances.get(FLOAT_FLAGS[2])];
  if (both === undefined && relative !== undefined && relative === absolute) return relative;
  return refuseUnsupported(
    file,
    'a tolerance that is not both absolute and relative is',
    'output_validator_args',
  );
}
