import type { Config } from '../config/schema.ts';
import { apiVersion } from '../generated/tables.ts';
import { ownOrigins } from './origins.ts';

/** Headers of every answer. */
export function commonHeaders(config: Config): Record<string, string> {
  const isSecure = config['server.publicUrl'].startsWith('https:');
  return {
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(self), microphone=(self), display-capture=(self)',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'X-API-Version': apiVersion,
    ...(isSecure ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

/** Content-Security-Policy of answers that are no pages. */
export const apiPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Content-Security-Policy of the pages below /app/; sockets go to the collaboration plane, by default on this origin. */
export function pagePolicy(config: Config, port: number): string {
  const sockets = ownOrigins(config, port).map((origin) => origin.replace(/^http/, 'ws'));
  return policy(
    `connect-src 'self' ${sockets.join(' ')}`,
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
  );
}

/** Content-Security-Policy of the reference below /docs. */
export const referencePolicy = policy("connect-src 'self'", "img-src 'self' data:", "worker-src 'none'");

function policy(...own: string[]): string {
  const parts = [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    ...own,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return parts.join('; ');
}
