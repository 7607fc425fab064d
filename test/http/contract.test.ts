import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openapi } from '../../src/generated/openapi.js';
import { operations } from '../../src/generated/tables.ts';
import { bind, describeApi, listUnbound } from '../../src/http/contract.ts';
import { type Binding, operation } from '../../src/http/operation.ts';
import { bundle } from '../../tools/contract/bundle.ts';
import { checkContract, readErrorTable } from '../../tools/contract/check.ts';
import type { Document } from '../../tools/contract/document.ts';
import { writeTypes } from '../../tools/contract/types.ts';
import { createTestDirectory } from '../support/database.ts';

const never = () => {
  throw new Error('never called');
};
const bare = (id: string, options: object = {}) => ({ id, options, handle: never }) as unknown as Binding;

describe('binding', () => {
  it('refuses an unknown operation and one bound twice, all at once', () => {
    const bindings = [bare('getMe'), bare('getMe'), bare('getYou'), bare('toString')];
    expect(() => bind(bindings)).toThrow(
      'The API cannot be bound:\ngetMe: bound twice\ngetYou: there is no such operation\ntoString: there is no such operation',
    );
  });

  it.each([
    ['listParticipants', { phases: ['coding'] }, 'ROOM_INVALID_STATE'],
    ['getRoom', { unfinished: true }, 'ROOM_FINISHED'],
    ['runCode', { mode: 'ai' }, 'ROOM_NOT_AI_MODE'],
    ['runCode', { mode: 'peer' }, 'ROOM_NOT_PEER_MODE'],
    ['leaveRoom', { unlocked: true }, 'ROOM_EDITOR_LOCKED'],
    ['leaveRoom', { roles: ['candidate'] }, 'ROOM_PERMISSION_DENIED'],
    ['submitCode', { limit: 'run' }, 'EXECUTION_RATE_LIMIT'],
  ])('refuses %s with %j: it does not declare %s', (id, options, code) => {
    expect(() => bind([bare(id, options)])).toThrow(`${id}: ${code} is not declared in x-errors`);
  });

  it('refuses checks that come after a right which the action checks', () => {
    const options = { rights: 'byAction', unfinished: true };
    expect(() => bind([bare('updateRoomSettings', options)])).toThrow('an action that checks the right');
  });

  it('refuses an operation without a permission [S20]', () => {
    const entry = operations.getMe;
    try {
      Object.assign(operations, { getMe: { ...entry, permission: '' } });
      expect(() => bind([bare('getMe')])).toThrow('getMe: no permission is declared');
    } finally {
      Object.assign(operations, { getMe: entry });
    }
  });
});

describe('what is not bound', () => {
  it('is everything without bindings, and nothing with all', () => {
    const ids = Object.keys(operations);
    expect(listUnbound([])).toHaveLength(104);
    expect(listUnbound([])[0]).toEqual({ id: ids[0], method: 'POST', path: '/internal/collab/documents' });
    expect(listUnbound(ids.map((id) => bare(id)))).toEqual([]);
    expect(listUnbound(ids.slice(1).map((id) => bare(id))).map(({ id }) => id)).toEqual([ids[0]]);
  });
});

describe('the document shown', () => {
  const ids = ['getMe', 'kickUser', 'getHealth'] as const;

  it('has the operations bound, with what they use and nothing else', () => {
    const { paths, tags, components } = describeApi(ids, { internal: false }) as unknown as Document;
    expect(Object.entries(paths).map(([path, item]) => [path, Object.keys(item)])).toEqual([
      ['/users/me', ['get']],
      ['/health', ['get']],
    ]);
    expect(tags).toEqual([{ name: 'Users' }, { name: 'Health' }]);
    expect(Object.keys(components.securitySchemes)).toEqual(['bearerAuth']);
    expect(Object.keys(components.schemas).sort()).toEqual(
      ['ErrorResponse', 'HealthResponse', 'ServiceState', 'UserProfile', 'UserRole', 'UserStats'].sort(),
    );
  });

  it('has operations between planes when asked for', () => {
    const { paths } = describeApi(ids, { internal: true }) as unknown as Document;
    expect(Object.keys(paths)).toContain('/internal/collab/documents/{roomId}/kick');
  });
});

describe('the check of the contract', () => {
  const page = readFileSync(new URL('../../docs/spec/errors.md', import.meta.url), 'utf8');
  const table = readErrorTable(page);
  const document = () => structuredClone(openapi) as unknown as Document;
  const checked = (change: (document: Document) => void) => {
    const changed = document();
    change(changed);
    return checkContract(changed, table);
  };

  it('finds nothing in the contract itself', () => {
    expect(checkContract(document(), table)).toEqual([]);
  });

  it('reads every row of the table of errors', () => {
    expect(table.universal.size).toBe(13);
    expect(table.statuses.size).toBe(98);
    expect(table.statuses.get('ROLE_SWAP_EXPIRED')).toBe(410);
  });

  type Change = (document: Document) => void;
  const operationOf = (doc: Document, path: string, method: 'get' | 'post' | 'patch') => {
    const found = doc.paths[path]?.[method];
    if (!found) throw new Error(`${method} ${path} is gone`);
    return found;
  };
  const me = (doc: Document) => operationOf(doc, '/users/me', 'get');
  const run = (doc: Document) => operationOf(doc, '/rooms/{roomId}/run', 'post');
  const schemaOf = (doc: Document, name: string) => {
    const found = doc.components.schemas[name];
    if (!found) throw new Error(`${name} is gone`);
    return found;
  };
  const field = (doc: Document, name: string, at: string) => {
    const found = schemaOf(doc, name).properties?.[at];
    if (!found) throw new Error(`${name}.${at} is gone`);
    return found;
  };

  it.each<[string, Change, string]>([
    ['no permission', (doc) => delete me(doc)['x-permission'], 'getMe: x-permission is missing'],
    [
      'an unknown permission',
      (doc) => (me(doc)['x-permission'] = 'everybody'),
      'getMe: x-permission everybody is unknown',
    ],
    [
      'another security',
      (doc) => (me(doc).security = []),
      'getMe: security is [], x-permission self wants [bearerAuth]',
    ],
    ['no errors', (doc) => delete me(doc)['x-errors'], 'getMe: x-errors is missing'],
    [
      'an unknown error',
      (doc) => me(doc)['x-errors']?.push('OOPS@400'),
      'getMe: OOPS is not in the error table',
    ],
    [
      'a wrong status',
      (doc) => me(doc)['x-errors']?.push('ROOM_FULL@400'),
      'getMe: ROOM_FULL has status 409, not 400',
    ],
    [
      'an error twice',
      (doc) => me(doc)['x-errors']?.push('ROOM_FULL@409', 'ROOM_FULL@409'),
      'getMe: ROOM_FULL is listed twice',
    ],
    [
      'a universal error',
      (doc) => me(doc)['x-errors']?.push('UNAUTHORIZED@401'),
      'getMe: UNAUTHORIZED is universal and not to be listed',
    ],
    [
      'a key without its conflict',
      (doc) =>
        (run(doc)['x-errors'] = run(doc)['x-errors']?.filter((code) => !code.startsWith('IDEMP')) ?? []),
      'runCode: IDEMPOTENCY_CONFLICT must be in x-errors',
    ],
    [
      'a room without its refusals',
      (doc) => (run(doc)['x-errors'] = ['ROOM_NOT_FOUND@404', 'IDEMPOTENCY_CONFLICT@409']),
      'runCode: ROOM_ACCESS_DENIED must be in x-errors',
    ],
    [
      'a path parameter too few',
      (doc) => delete doc.paths['/rooms/{roomId}/run']?.parameters,
      'runCode: path parameters are not those of the path',
    ],
    [
      'a body of a GET',
      (doc) => Object.assign(me(doc), { requestBody: run(doc).requestBody }),
      'getMe: get takes no body',
    ],
    [
      'an answer without a body',
      (doc) => delete me(doc).responses['200']?.content,
      'getMe: 200: body or no body?',
    ],
    [
      'a required field that is none',
      (doc) => schemaOf(doc, 'UserProfile').required?.push('age'),
      'getMe: 200: age is required and not declared',
    ],
    [
      'an open object',
      (doc) => delete schemaOf(doc, 'RegisterRequest').additionalProperties,
      'register body: an object that is not closed',
    ],
    [
      'an endless text',
      (doc) => delete field(doc, 'RegisterRequest', 'email').maxLength,
      'register body.email: a string without maxLength',
    ],
    [
      'an endless list',
      (doc) => delete field(doc, 'CreateProblemRequest', 'testCases').maxItems,
      'createProblem body.testCases: a list without maxItems',
    ],
    [
      'an endless map',
      (doc) => delete field(doc, 'CreateProblemRequest', 'starterCode').propertyNames,
      'createProblem body.starterCode: a map without maxProperties',
    ],
    [
      'an endless number',
      (doc) => delete field(doc, 'TestGroup', 'points').maximum,
      'createProblem body.groups[].points: a number without bounds',
    ],
    [
      'a text that names a file',
      (doc) => (me(doc).description = 'see rooms.md section 3'),
      '/paths//users/me/get: "rooms.md" names a document',
    ],
  ])('finds %s', (_name, change, finding) => {
    expect(checked(change)).toContain(finding);
  });

  it('stops at a keyword without a rule', () => {
    const changed = document();
    Object.assign(schemaOf(changed, 'UserProfile'), { patternProperties: {} });
    expect(() => writeTypes(changed)).toThrow('UserProfile: patternProperties has no type rule');
  });
});

describe('joining the files', () => {
  const { path: root, remove } = createTestDirectory();
  afterEach(remove);
  const file = (name: string, text: string) => {
    const at = join(root, name);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
  };
  const minimal = (rest: string) => `openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\n${rest}`;

  it('cuts the files off references and puts shared parameters in their place', () => {
    file(
      'http/contract.yaml',
      minimal(
        `tags: [{name: A}]\nservers: []\npaths: {}\ncomponents:\n  parameters:\n    Id: {name: id, in: path, required: true, schema: {type: string}}\n  schemas:\n    S: {type: string}\n`,
      ),
    );
    file(
      'a/contract.yaml',
      minimal(
        `paths:\n  /a/{id}:\n    parameters: [{$ref: '../http/contract.yaml#/components/parameters/Id'}]\n    get: {operationId: a, responses: {'200': {description: x, content: {application/json: {schema: {$ref: '../http/contract.yaml#/components/schemas/S'}}}}}}\n`,
      ),
    );
    const { paths, components } = bundle(root);
    expect(paths['/a/{id}']?.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    ]);
    expect(paths['/a/{id}']?.get?.responses['200']?.content).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/S' } },
    });
    expect(Object.keys(components.schemas)).toEqual(['S']);
  });

  it('names everything that is defined twice or missing', () => {
    file(
      'a/contract.yaml',
      minimal(
        `paths:\n  /a:\n    get: {operationId: a, responses: {}}\ncomponents:\n  schemas:\n    S: {$ref: '../b/contract.yaml#/components/schemas/T'}\n`,
      ),
    );
    file(
      'b/contract.yaml',
      minimal(
        `paths:\n  /a:\n    get: {operationId: b, responses: {}}\n  /b:\n    get: {operationId: c, responses: {}}\n  /c:\n    get: {operationId: c, responses: {}}\ncomponents:\n  schemas:\n    S: {type: string}\n`,
      ),
    );
    for (const finding of [
      'schemas/S is also in',
      'get /a is defined twice',
      'operationId c is defined twice',
    ]) {
      expect(() => bundle(root)).toThrow(finding);
    }
    expect(() => bundle(root)).toThrow('../b/contract.yaml#/components/schemas/T does not exist');
  });

  it('says which file is no YAML', () => {
    file('a/contract.yaml', 'paths: {');
    expect(() => bundle(root)).toThrow(/a\/contract\.yaml: /);
  });
});

it('operation() keeps what it was given', () => {
  const handle = () => never();
  expect(operation('getMe', {}, handle)).toEqual({ id: 'getMe', options: {}, handle });
});
