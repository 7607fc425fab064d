/** One thing that is wrong with a package: the file or folder in it, the field (dotted) if there is one, and why. */
export type PackageFault = {
  readonly file: string;
  readonly field: string | null;
  readonly message: string;
};

function describe({ file, field, message }: PackageFault): string {
  return field === null ? `${file}: ${message}` : `${file}, ${field}: ${message}`;
}

/** A problem package that cannot be used; its message names every fault found. */
export class PackageInvalid extends Error {
  readonly faults: readonly PackageFault[];

  constructor(faults: readonly PackageFault[]) {
    super(faults.map(describe).join('\n'));
    this.name = 'PackageInvalid';
    this.faults = faults;
  }
}

/** Refuses the package because of one file. */
export function refuse(file: string, message: string, field: string | null = null): never {
  throw new PackageInvalid([{ file, field, message }]);
}

/** Refuses what the package format has and this product does not. */
export function refuseUnsupported(file: string, what: string, field: string | null = null): never {
  return refuse(file, `${what} not supported`, field);
}

/** Refuses a text with more characters than the product keeps. */
export function checkLength(file: string, text: string, max: number, field: string | null = null): string {
  if (text.length > max) refuse(file, `longer than ${max} characters`, field);
  return text;
}
