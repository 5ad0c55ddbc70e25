import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Questionnaire } from '../../workflows/survey/contract.js';
import { questionnaireSchema } from './schema.js';

const folder = dirname(fileURLToPath(import.meta.url));

/** The questionnaires of this folder, by name. */
export const questionnaireNames = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();

/** The questionnaire of this name; undefined where there is none. @throws what is wrong with its form */
export function loadQuestionnaire(name: string): Questionnaire | undefined {
  const file = join(folder, `${name}.yaml`);
  return /^[a-z0-9-]+$/.test(name) && existsSync(file) ? questionnaireSchema.parse(parse(readFileSync(file, 'utf8'))) : undefined;
}
