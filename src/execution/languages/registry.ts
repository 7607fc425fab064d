import type { SupportedLanguage } from '../../generated/api.ts';
import { c } from './c.ts';
import { cpp } from './cpp.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { javascript } from './javascript.ts';
import type { Language } from './language.ts';
import { python } from './python.ts';
import { rust } from './rust.ts';
import { typescript } from './typescript.ts';

/** Every language of the product. */
export const languages: Readonly<Record<SupportedLanguage, Language>> = {
  python,
  javascript,
  typescript,
  java,
  cpp,
  c,
  go,
  rust,
};

/** In the order of the contract. */
export const languageNames = Object.keys(languages) as readonly SupportedLanguage[];
