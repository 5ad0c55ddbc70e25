import { type Kysely, sql } from 'kysely';

/** 職員アンケート: questionnaires, links and papers. What comes back lies where the answers of campaigns do. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Questionnaires, and the counts that were reported, each under the hash of the document.
    create table survey_documents (hash text collate "C" primary key, document json not null);

    -- Each who is asked has a link of their own. opened_at: when its form was first before somebody's eyes.
    create table survey_links (
      link uuid primary key default gen_random_uuid(),
      survey text collate "C" not null references cases,
      staff text collate "C" not null,
      opened_at timestamptz,
      unique (survey, staff)
    );
    create index survey_links_of on survey_links (staff);

    -- The numbers of the papers that were typed in, none twice. What stood on them lies apart.
    create table survey_papers (survey text collate "C" not null references cases, number int not null, primary key (survey, number));

    -- Who has answered, and apart from that what (0008-trials.ts): one mechanism for campaigns and surveys. campaign: the case that asks.
    alter table questionnaires_answered drop constraint questionnaires_answered_as_check;
    alter table questionnaires_answered add constraint questionnaires_answered_as_check check ("as" in ('participant', 'head', 'respondent'));
    alter table questionnaire_answers drop constraint questionnaire_answers_as_check;
    alter table questionnaire_answers add constraint questionnaire_answers_as_check check ("as" in ('participant', 'head', 'respondent'));
  `.execute(db);
}
