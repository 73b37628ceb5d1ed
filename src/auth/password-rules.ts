import { readFile } from 'node:fs/promises';

/** The name of the product, which is the first guess after the e-mail. */
const PRODUCT_NAME = 'quantgate';

/** Says whether a new password is easy to guess. Its length is checked by the schemas of the routes. */
export interface PasswordRules {
  /** What is wrong with the password of a user; undefined when nothing is. @param email in lower case */
  problemOf(password: string, email: string): Promise<string | undefined>;
}

/** The list of common passwords (src/auth/common-passwords.txt says where it is from) is read at its first use. */
export function createPasswordRules(): PasswordRules {
  let common: Promise<ReadonlySet<string>> | undefined;
  return {
    async problemOf(password, email) {
      const text = password.normalize('NFKC').toLowerCase().trim();
      const [localPart] = email.split('@');
      if (text === email || text === localPart) return 'must not be the e-mail address';
      // Digits and marks around a name do not hide it.
      const word = text.replace(/[^a-z]/g, '');
      if (word === PRODUCT_NAME) return 'must not be the name of this product';
      common ??= readCommonPasswords();
      return (await common).has(text) ? 'is one of the most common passwords' : undefined;
    },
  };
}

async function readCommonPasswords(): Promise<ReadonlySet<string>> {
  const text = await readFile(new URL('common-passwords.txt', import.meta.url), 'utf8');
  return new Set(text.split('\n').filter((line) => line !== '' && !line.startsWith('# ')));
}
