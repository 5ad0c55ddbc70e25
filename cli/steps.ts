import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { deviceLoans } from '../api/routes/device-loans.js';
import { type FormField, fieldsOf } from '../api/schemas.js';
import { say } from '../config/texts.js';
import { inBoth } from './print.js';

/**
 * A command for each form of the procedure, with an option for each of its fields: made from the schemas by which the API judges, so there is no second list to keep. What is missing or wrong the API
 * says, field by field. `submit` gets the step, the loan (none for a new one) and the form.
 */
export function formCommands(parent: Command, submit: (step: string, loan: string | undefined, form: object) => Promise<void>): void {
  const { opening, steps } = deviceLoans;
  const file = parent.command('file').description(inBoth('step', 'device-loan.request'));
  addFields(file, fieldsOf(opening.body)).action((form: object) => submit('request', undefined, form));
  for (const [step, { body }] of Object.entries(steps)) {
    const command = parent.command(step).description(inBoth('step', `device-loan.${step}`));
    command.addArgument(new Argument('<loan>', '受付番号か id / receipt number or id'));
    addFields(command, fieldsOf(body)).action((loan: string, form: object) => submit(step, loan, form));
  }
}

function addFields(command: Command, fields: Readonly<Record<string, FormField>>): Command {
  for (const [name, field] of Object.entries(fields)) command.addOption(optionOf(name, field));
  return command;
}

function optionOf(name: string, field: FormField): Option {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const words = say('ja', 'field', name);
  if (field.type === 'boolean') return new Option(`${flag} <yes|no>`, words).argParser(yesOrNo);
  if (field.type === 'array') return new Option(`${flag} <${field.items?.enum?.join(',') ?? 'list'}>`, words).argParser(listed);
  const option = new Option(`${flag} <${field.enum ? 'code' : 'text'}>`, words);
  return field.enum ? option.choices(field.enum.map(String)) : option;
}

function yesOrNo(text: string): boolean {
  if (['yes', 'true', 'はい'].includes(text)) return true;
  if (['no', 'false', 'いいえ'].includes(text)) return false;
  throw new InvalidArgumentError('yes / no');
}

const listed = (text: string): readonly string[] => text.split(/[,、]/).filter(Boolean);
