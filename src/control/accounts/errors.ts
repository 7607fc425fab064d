import { defineError } from '../../kernel/errors.ts';

export const InvalidCredentials = defineError(
  'AUTH_INVALID_CREDENTIALS',
  401,
  'The name or the password is wrong',
);
export const TooManyAttempts = defineError(
  'AUTH_TOO_MANY_ATTEMPTS',
  429,
  'Too many wrong passwords; wait before the next attempt',
);
export const EmailTaken = defineError('AUTH_EMAIL_TAKEN', 409, 'This email address is in use');
export const UsernameTaken = defineError('AUTH_USERNAME_TAKEN', 409, 'This username is in use');
export const RegistrationDisabled = defineError(
  'AUTH_REGISTRATION_DISABLED',
  403,
  'Accounts are made by the operator here',
);
export const ResetTokenInvalid = defineError(
  'AUTH_RESET_TOKEN_INVALID',
  400,
  'This link has expired or has been used; ask for a new one',
);
export const UserNotFound = defineError('USER_NOT_FOUND', 404, 'There is no such user');
export const ProfileUsernameTaken = defineError('USER_USERNAME_TAKEN', 409, 'This username is in use');
