import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database.js';
import type { FiguresPort, RegistrationFigure } from '../port.js';

/** Counts from the events, never of people. */
export function createFigures(db: Kysely<Tables>): FiguresPort {
  return {
    async registrationFigures() {
      const { rows } = await sql<{ [Field in keyof RegistrationFigure]-?: RegistrationFigure[Field] | null }>`
        select department, status, state->>'cause' as cause, "closedBy", confirmation, count(*)::int as count
        from cases, lateral (
          select max(seq) filter (where name = 'openRenewal') as asked, max(seq) filter (where name = 'confirmRenewal') as signed,
            max(seq) filter (where name in ('withdraw', 'refuse', 'revoke', 'end', 'transfer', 'leave', 'reasonOver', 'yearOver', 'notConfirmed', 'expire'))
              as ended
          from events where events.case_id = cases.case_id) as told
        left join lateral (select body->'event'->'input' as input from events where events.case_id = cases.case_id and seq = ended) as closing on true,
        lateral (
          select case
            when status not in ('refused', 'expired', 'revoked', 'withdrawn', 'ended') then null
            when input->>'by' = 'system' then 'system'
            when input->>'as' = 'hr' then 'hr'
            when input->>'as' = 'staff:' || staff then 'person'
            else 'supervisor' end as "closedBy",
            case when asked is null then 'notAsked' when signed > asked then 'signed' else 'notSigned' end as confirmation) as said
        where procedure = 'registration'
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`.execute(db);
      return rows.map(
        ({ cause, closedBy, ...one }) => ({ ...one, ...(cause && { cause }), ...(closedBy && { closedBy }) }) as RegistrationFigure,
      );
    },
  };
}
