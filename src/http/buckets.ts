/** Buckets of operations that count accepted requests only, spent by the handler after its own rules. */
export type SpendableBucket =
  | 'avatarUpload'
  | 'createRoom'
  | 'enterMatchmaking'
  | 'run'
  | 'analysis'
  | 'submit'
  | 'aiMessage'
  | 'aiHint'
  | 'aiReview';
