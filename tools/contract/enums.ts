import type { Document } from './document.ts';

/** The text of `enums.ts`: the values of every named enum as a constant, `roomStatusValues` for RoomStatus. */
export function writeEnums(document: Document): string {
  const enums = Object.entries(document.components.schemas).filter(
    ([, schema]) => schema.enum && !schema.enum.includes(null),
  );
  const constants = enums.map(([name, schema]) => {
    const constant = `${name[0]?.toLowerCase()}${name.slice(1)}Values`;
    return `/** Every ${name}, in the order of the contract. */\nexport const ${constant} = ${JSON.stringify(schema.enum)} as const;\n`;
  });
  return `// Made by \`npm run gen\` from the contract.yaml files; not edited by hand.\n\n${constants.join('\n')}`;
}
