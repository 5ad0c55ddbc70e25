/**
 * What a campaign's workflow has done outside (`begin`): slow, and for everybody at once. Each ends with news for the campaign, which it leaves once; begun again, whether after it was
 * killed or by another case of the same name, it goes on where it was and does nothing twice.
 */
export interface TrialActivities {
  /** 試算: draws up the rotation of every section from the draft as it stands, against directory, absences, registrations and devices as they are, keeps it, and leaves the news `planned`. */
  planCampaign(campaign: string): Promise<void>;
  /** Opens a case for each section of the plan that was announced, then leaves the news `opened`. */
  openSections(campaign: string): Promise<void>;
}
