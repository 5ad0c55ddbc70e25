import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { deviceLoans } from '../api/routes/device-loans.js';
import { say } from '../config/texts.js';
import { inBoth } from './print.js';

/** One field of a form as JSON Schema says it, as far as the loan's forms go. */
interface Field {
  type?: string;
  enum?: readonly string[];
  items?: { enum?: readonly string[] };
}

/**
 * A command for each form of the procedure, with an option for each of its fields: made from the schemas by which the API judges, so there is no second list to keep. What is missing or wrong the API
 * says, field by field. `submit` gets the step, the loan (none for a new one) and the form.
 */
export function formCommands(parent: Command, submit: (step: string, loan: string | undefined, form: object) => Promise<void>): void {
  const { opening, steps } = deviceLoans;
  const file = parent.command('file').description(inBoth('step', 'device-loan.request'));
  fields(file, opening.body).action((form: object) => submit('request', undefined, form));
  for (const [step, { body }] of Object.entries(steps)) {
    const command = parent.command(step).description(inBoth('step', `device-loan.${step}`));
    command.addArgument(new Argument('<loan>', '受付番号か id / receipt number or id'));
    fields(command, body).action((loan: string, form: object) => submit(step, loan, form));
  }
}

function fields(command: Command, body: z.ZodType): Command {
  const { properties = {} } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Readonly<Record<string, Field>>;
  };
  for (const [name, field] of Object.entries(properties)) command.addOption(optionOf(name, field));
  return command;
}

function optionOf(name: string, field: Field): Option {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const words = say('ja', 'field', name);
  if (field.type === 'boolean') return new Option(`${flag} <yes|no>`, words).argParser(yesOrNo);
  if (field.type === 'array') return new Option(`${flag} <${field.items?.enum?.join(',') ?? 'list'}>`, words).argParser(listed);
  const option = new Option(`${flag} <${field.enum ? 'code' : 'text'}>`, words);
  return field.enum ? option.choices(field.enum) : option;
}

function yesOrNo(text: string): boolean {
  if (['yes', 'true', 'はい'].includes(text)) return true;
  if (['no', 'false', 'いいえ'].includes(text)) return false;
  throw new InvalidArgumentError('yes / no');
}

const listed = (text: string): readonly string[] => text.split(/[,、]/).filter(Boolean);
