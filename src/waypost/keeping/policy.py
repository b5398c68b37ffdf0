"""What of each table goes out to the person it is about, or why none does: a table of facts.

A table that is not in POLICY is given to nobody, and a test fails until somebody has decided.
"""

from __future__ import annotations

from dataclasses import dataclass

from waypost.keeping.values import Withheld


@dataclass(frozen=True, slots=True)
class Given:
    """columns   go out as they stand
    officers  columns with an officer's number: go out as role and agency
    texts     columns that somebody wrote freely: go out once an officer has read them
    when_closed  a column: rows without it are the police's business still, and stay
    """

    title: str
    columns: str
    officers: str = ""
    texts: str = ""
    when_closed: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    ground: Withheld


W = Withheld
POLICY: dict[str, Given | Left] = {
    "orders.Person": Given("Who you are", "reference full_name born_on area known_at"),
    "orders.Order": Given(
        "Your orders",
        "reference kind from_at to_at known_at version convicted_on imposed_on court programme",
    ),
    # The orders themselves go out; what the provider asked of them is between it and the officer.
    "contracts.Contract": Given(
        "When the monitoring company was told of your orders",
        "order_reference number what known_at sent_at status",
    ),
    "contracts.ContractStep": Given(
        "What the monitoring company said of them", "contract act at", "officer_id", "words"
    ),
    "life.OrderStep": Given(
        "What was done with your orders",
        "order_reference act at until resumed_at known_at authority reference law consent changes",
        "made_by_id team_id", "words",
    ),
    "orders.RequirementVersion": Given(
        "What your orders ask",
        "reference order_reference version kind timezone from_at to_at valid_from valid_to "
        "known_at withdrawn minimum_stay atv_limit release_on release_start release_end "
        "alcohol_mode alcohol_level_g_per_dl excepted",
    ),
    "orders.ZoneVersion": Given(
        "Places in your orders", "requirement place geometry radius_m width_m valid_from known_at"
    ),
    "orders.TimetableEntry": Given(
        "Hours in your orders",
        "requirement days start end bank_holidays from_date to_date every_weeks anchor_date",
    ),
    "orders.AppointmentSeries": Given(
        "Appointments", "requirement rrule duration grace minimum_stay bank_holidays"
    ),
    "orders.AuthorisedAbsence": Given(
        "Time off", "requirement from_at to_at known_at", "made_by_id", "reason"
    ),
    "orders.Enrolment": Given("Programmes you were in", "programme from_at to_at"),
    "orders.Caseload": Given("Who was responsible for you", "from_at to_at", "officer"),
    "orders.WithheldAddress": Given("Addresses of yours that are kept from somebody",
                                    "lat lon from_at to_at known_at"),
    "orders.Activation": Given("Tags you wore",
                               "reference device_reference from_at to_at known_at"),
    "orders.ActivationVersion": Given(
        "Tags you wore, as it was recorded", "activation version device_reference from_at to_at "
        "known_at"
    ),
    "courts.CourtMessage": Given(
        "What courts sent about you",
        "form status received_at settled_at order_reference", texts="set_aside_why",
    ),
    "courts.CourtQuestion": Given(
        "What was asked about it, and answered", "message key wants answered_at",
        "answered_by_id", "why answer",
    ),
    "courts.CourtPerson": Left(W.WORKING),
    "devices.DeviceCommand": Given(
        "What your tag was asked to do", "kind queued_at status sent_at answered_at",
        "queued_by_id", "reason",
    ),
    "devices.Fitting": Given(
        "Fitting of your tag",
        "activation fitted_where body_site induction_at induction_language first_fix_seen_at",
        "fitted_by_id removed_by_id", "removed_why induction_how",
    ),
    "devices.Visit": Given(
        "Visits", "purpose order_reference requirement_reference at outcome recorded_at",
        "recorded_by_id", "reason",
    ),
    "devices.Pairing": Given("Home units",
                             "device address lat lon radius_m from_at to_at moved_at"),
    "devices.Protection": Given(
        "How you are kept safe", "order_reference from_at to_at consent_at", "made_by_id",
        "consent_how ended_why",
    ),
    "devices.ClinicalRemoval": Given(
        "Times your tag was off for your health", "from_at until_at ended_at known_at",
        "made_by_id ended_by_id", "reason note ended_how",
    ),
    "devices.ClockDoubt": Given(
        "Times your tag's clock seemed wrong",
        "kind offset_s first_measured_at last_measured_at first_received_at last_received_at count "
        "settled_at accepted",
        "settled_by_id", "settled_how",
    ),
    "devices.ClockCorrection": Given(
        "Times your tag's clock was put right",
        "kind offset_s received_from received_to made_at rows", "made_by_id", "reason",
    ),
    "devices.TagSigns": Given(
        "How your tag was last",
        "contact_at fix_at battery_percent battery_at charging_since charge_said_at jammed_since "
        "jam_said_at",
    ),
    "devices.TagFinding": Given("What was the matter with your tag", "kind since_at"),
    "monitoring.PersonState": Left(W.WORKING),
    "monitoring.Checkpoint": Left(W.WORKING),
    "monitoring.Dirty": Left(W.WORKING),
    "monitoring.TagJournal": Left(W.WORKING),
    "monitoring.MovingCell": Left(W.WORKING),
    "monitoring.Silence": Given("Times your tag could not tell", "from_at to_at"),
    "monitoring.Violation": Given(
        "What was judged",
        "requirement_reference kind from_at to_at certainty minutes raised_at withdrawn version "
        "known_at how chance depth_m fix_count rules_version reasons",
    ),
    "monitoring.ViolationVersion": Given(
        "What was judged, as it stood before",
        "violation version change from_at to_at certainty minutes known_at how chance depth_m "
        "fix_count rules_version reasons",
    ),
    "alerts.Alert": Given(
        "Alerts about you",
        "requirement_reference kind status certainty urgency from_at raised_at touched_at "
        "closed_at outcome headline because",
        "owner_id",
    ),
    "alerts.Incident": Left(W.WORKING),
    "alerts.AlertPresence": Left(W.WORKING),
    "alerts.RiskMarker": Given(
        "Risks that were written down", "kind from_at to_at known_at", "made_by_id ended_by_id",
        "words",
    ),
    "alerts.Suspension": Given(
        "Times in which alerts called nobody", "from_at to_at ended_at known_at", "made_by_id",
        "reason",
    ),
    "alerts.StepDone": Given("What was done about alerts", "alert step at result", "officer_id",
                             "note"),
    "alerts.Account": Given(
        "What was said about alerts", "alert at reasonable decided_at", "taken_by_id decided_by_id",
        "given_by words evidence why",
    ),
    "alerts.Contest": Given(
        "Decisions that you said are wrong",
        "alert at review_by decided_at stands counts_meanwhile",
        "decided_by_id", "raised_by words why risk_why",
    ),
    "alerts.AlertViolation": Given("What alerts rest on",
                                   "alert violation_id added_at certainty withdrawn ended"),
    "alerts.AlertReport": Given("What your tag reported to alerts",
                                "alert kind measured_at added_at"),
    "alerts.AlertMove": Given("What happened to alerts", "alert at what from_status to_status",
                              "officer_id", "note"),
    "alerts.AtvStage": Given("Absences added up",
                             "order_reference requirement_reference stage changed_at"),
    "corrections.Statement": Given("What was sent about you", "what reference made_at",
                                   "made_by_id"),
    "corrections.Ground": Given("What that rests on",
                                "statement alert_id stands certainty from_at to_at minutes"),
    "corrections.Correction": Given("Corrections of it", "statement number at words"),
    "corrections.Copy": Left(W.THIRD),
    "enforcement.BreachCase": Given(
        "Breach cases that are closed",
        "order_reference order_kind opened_at step step_at hearing_at closed_at",
        when_closed="closed_at",
    ),
    "enforcement.CaseGround": Given(
        "What they rested on", "case alert_id failed_at upheld_at requirement_reference",
        when_closed="case__closed_at",
    ),
    "enforcement.StepTaken": Given(
        "What was decided in them", "case step at recorded_at outcome counted hearing_at",
        "officer_id", "words reference decided_by", when_closed="case__closed_at",
    ),
    "matching.Match": Left(W.POLICE),
    "review.Review": Left(W.POLICE),
    "review.ReviewMove": Left(W.POLICE),
    "review.Opening": Left(W.POLICE),
    "review.ProximityAlert": Left(W.POLICE),
    "matching.MatchChange": Left(W.POLICE),
    "policing.Notification": Left(W.POLICE),
    "policing.NotificationMove": Left(W.POLICE),
    # Requests from outside; what a wearer asked for themself stands on their own page.
    "disclosure.Request": Left(W.POLICE),
    "disclosure.RequestMove": Left(W.POLICE),
    "disclosure.UrgentCall": Left(W.POLICE),
    "disclosure.DipTest": Left(W.POLICE),
    # Intelligence, and what a police team was asked: telling would harm what they are for (Data
    # Protection Act 2018 s.45(4)(a), (b)).
    "iom.Entry": Left(W.POLICE),
    "iom.Task": Left(W.POLICE),
    "iom.TaskMove": Left(W.POLICE),
    "iom.Member": Given("The group you are managed in", "standing since"),
    "iom.CohortDecision": Given(
        "Why you were put into a group, or taken out",
        "from_standing to_standing criteria by_meeting decided_at recorded_at", "recorded_by_id",
        "reasons",
    ),
    "iom.Offer": Given(
        "What you were to be offered", "stage agency reached_at due_at status made_at entered_at",
        "owner_id entered_by_id", "what",
    ),
    "iom.OfferMove": Given("What became of those offers", "offer at act from_status to_status",
                           "officer_id", "words"),
    "iom.AgendaItem": Given("Meetings about you", "conference added_at decided_at",
                            "added_by_id decided_by_id", "why decision"),
    "iom.Action": Given(
        "What was agreed about you", "agency due_at status agreed_at settled_at",
        "owner_id agreed_by_id settled_by_id", "what settled_words",
    ),
    "pathways.Referral": Given(
        "Services that you were referred to",
        "service status referred_at answer_by accepted_at started_at ended_at outcome",
        "referred_by_id", "why over_why",
    ),
    "pathways.ReferralMove": Given("What became of those referrals",
                                   "referral at act from_status to_status", "officer_id", "words"),
    "pathways.Session": Given("Sessions", "referral at came recorded_at", "recorded_by_id"),
    "pathways.Budget": Given(
        "What may be spent on you", "allocated_pence committed_pence changed_at", "changed_by_id",
        "why",
    ),
    "pathways.Spend": Given(
        "What was asked for from it", "budget pence status asked_at receipt", "asked_by_id", "what"
    ),
    "pathways.SpendMove": Given("What became of that", "spend at act from_status to_status",
                                "officer_id", "words"),
    # A sitting names nobody; who else is listed stands in their own records.
    "young_court.Listing": Given(
        "Your reviews in the Young Adult Court",
        "sitting purpose status at listed_at reported_at held_at next_on family_present",
        "listed_by_id",
        "why adaptations adaptation_words family_words facts report_words court_words ends_why",
    ),
    "young_court.ListingMove": Given("What was done about those reviews",
                                     "listing at act from_status to_status", "officer_id", "words"),
    "orders.WiderWindow": Left(W.POLICE),
    "orders.DeclaredInterest": Left(W.THIRD),
    "orders.EmergencyAccess": Given(
        "Times your case was opened in an emergency", "from_at to_at", "officer", "words"
    ),
    "oversight.KnownCase": Given(
        "That your case is known to the public", "from_at to_at", "made_by_id", "words"
    ),
    "necessity.NecessityRecord": Given(
        "Why you are monitored", "order_reference version review_at made_at", "made_by_id",
        "monitoring access alternatives vulnerability vulnerability_done",
    ),
    "necessity.NecessityReview": Given(
        "Reviews of why you are monitored", "record at outcome next_at", "officer_id", "words"
    ),
    "necessity.PlainNotice": Given(
        "What you were told of your tag",
        "order_reference version language written_in sections sha256 made_at", "made_by_id",
    ),
    "necessity.NoticeProof": Given(
        "When and how you were told", "notice how given_at recorded_at taken_back_at",
        "recorded_by_id taken_back_by_id", "detail late_why taken_back_why",
    ),
    "necessity.InductionProof": Given(
        "When it was explained to you",
        "order_reference explained_at language recorded_at taken_back_at",
        "recorded_by_id taken_back_by_id", "understood late_why taken_back_why",
    ),
    # Who else lives there, or told of it, is another's; the outcome stands in the court's file.
    "necessity.AddressCheck": Left(W.THIRD),
    "necessity.CountsAnyway": Given(
        "Decisions that something counts though you had not been told",
        "alert_id decided_at ended_at", "officer_id ended_by_id", "words ended_why",
    ),
    "identity.PersonIdentifier": Given(
        "Numbers by which others know you", "kind value source known_at ended_at",
        "entered_by_id ended_by_id", "ended_why",
    ),
    # That two records are one person says something of another where it was wrong.
    "identity.Merge": Left(W.THIRD),
    "identity.MergeMove": Left(W.THIRD),
    "equality.SelfDescription": Given(
        "How you describe yourself", "version how made_at withdrawn_at answers"
    ),
    "suitability.Assessment": Given(
        "Assessments before an order or a release",
        "kind order_kind programme court court_area decision_on made_at in_cohort", "officer_id",
        "why",
    ),
    "suitability.RiskScore": Given(
        "Scores that were written down", "assessment instrument scored_on at", "officer_id",
        "score words",
    ),
    "suitability.Note": Given("What was written down of your life", "assessment part at",
                              "officer_id", "words"),
    "suitability.Commitment": Given(
        "Hours that you said must stay free", "assessment days start end at ended_at",
        "officer_id", "kind words",
    ),
    # A zone that was never imposed may stand around somebody: the paper says what was asked.
    "suitability.ProposedRequirement": Left(W.PROTECTED),
    "suitability.TriedBeside": Given("Tries put beside an assessment", "assessment whatif at",
                                     "officer_id", "reason"),
    "suitability.Proposal": Given(
        "Proposals that were sent", "assessment version sent_at sha256",
        "made_by_id sent_by_id", "sections", when_closed="sent_at",
    ),
    "suitability.Sentence": Given(
        "What was decided on a proposal",
        "assessment version outcome order_reference decided_on court in_place at", "officer_id",
        "words",
    ),
    # What those who live at an address said, and what the police and children's services answered:
    # it would tell who spoke, so that neither it nor when it was written goes out. A step of an
    # assessment may give either as its reason.
    "suitability.AssessmentMove": Left(W.THIRD),
    "suitability.Home": Left(W.THIRD),
    "suitability.HomeFinding": Left(W.THIRD),
    "suitability.Householder": Left(W.THIRD),
    "suitability.HouseholderAnswer": Left(W.THIRD),
    "suitability.Check": Left(W.THIRD),
    "suitability.CheckMove": Left(W.THIRD),
    "suitability.Leave": Left(W.THIRD),
    "plans.Plan": Given("Plans about you", "kind version review_at made_at", "made_by_id"),
    "plans.PlanVersion": Given(
        "What your plans said", "plan version made_at", "made_by_id", "purpose words why"
    ),
    "plans.Objective": Given(
        "What you and your officer work on", "plan status made_at moved_at",
        "made_by_id moved_by_id", "words own_words moved_why",
    ),
    "plans.PlanAction": Given(
        "Who does what for it", "objective owner due_on status made_at moved_at",
        "made_by_id moved_by_id", "words moved_why",
    ),
    "plans.PlanReview": Given(
        "Reviews of your plans", "plan version at outcome next_at", "officer_id", "words"
    ),
    # Who is kept safe stands in it, or is meant by it; neither confirmed nor denied.
    "plans.Marker": Left(W.PROTECTED),
    "plans.MarkerMove": Left(W.PROTECTED),
    "plans.Around": Left(W.THIRD),
    "plans.PlannedVisit": Given(
        "Visits planned with you", "at where status made_at moved_at", "made_by_id moved_by_id",
        "words moved_why",
    ),
    "plans.SentenceEvent": Given(
        "Recall, release and reset", "kind on_day made_at taken_back_at",
        "made_by_id taken_back_by_id", "words taken_back_why",
    ),
    "telling.Reminder": Given("Reminders",
                              "kind edge_at step requirement_reference timezone at fate"),
    "telling.ReminderWish": Given("What you wish to be reminded of", "kinds own known_at",
                                  "made_by_id", "words"),
    "telling.WeekKept": Given("Weeks you kept", "monday share known_at said_at", "said_by_id"),
    "telling.NearWish": Given(
        "How you wish to be told",
        "from_at to_at never_from never_to known_at consent_at code ring", "made_by_id ended_by_id",
        "never_when consent_how ended_why",
    ),
    "telling.NearTold": Given("When you were told", "rung_why asked_at closed_at closed_how"),
    "asking.AbsenceRequest": Given(
        "What you asked first",
        "why words evidence from_at to_at urgent asked_at own status answer_by granted_from "
        "granted_to decided_at stand_in_at",
        "asked_by_id decided_by_id", "answer",
    ),
    "asking.RequestMove": Given(
        "What happened to what you asked first", "request at act from_status to_status",
        "officer_id", "words",
    ),
    "voice.Goal": Given("Your goals", "number version words state made_at"),
    "voice.Complaint": Given(
        "Your complaints",
        "about words status made_at own answer_by answered_at again_at again_words "
        "again_answered_at late_at",
        "about_officer_id made_by_id answered_by_id again_by_id", "answer again_answer",
    ),
    "voice.Questionnaire": Given(
        "Questions that were asked about your order", "side stage order_reference set_version "
        "due_at answered_at", "officer_id", "answers",
    ),
    "voice.ContactNote": Given(
        "Notes of contacts with you", "number version from_at to_at made_at", "made_by_id", "words"
    ),
    "voice.WeeklyReview": Given(
        "Weeks that were gone through", "from_at to_at done_at praised note_number "
        "nothing_further", "done_by_id", "words",
    ),
    "voice.WayIn": Given(
        "Letters to sign in with", "made_at until_at used_at ended_at", "made_by_id"
    ),
    "whatif.WhatIf": Given("Requirements that were tried on your past", "status asked_at from_at "
                           "to_at ended_at", "officer_id"),
    "whatif.WhatIfAttachment": Given("Tries put beside an order", "order_reference at",
                                     "officer_id", "reason"),
    "documents.Document": Given(
        "Letters and reports about you; ask for a copy of any of them",
        "kind made_at media_type language sha256", "officer_id",
    ),
    "positions.RawMessage": Left(W.WORKING),
    "positions.ActivationKey": Left(W.DEVICE),
    "positions.SealedRows": Given(
        "What your tag said while no order was live: nobody sees it, and it is deleted on its date",
        "activation received_at earliest_at latest_at row_count delete_on",
    ),
    "keeping.SubjectRequest": Given(
        "What you asked us for", "asked_at by_letter status identified_at due_at extended_at "
        "prepared_at released_at fetched_at extended_why refused_why",
        "identified_by_id released_by_id",
    ),
    "keeping.Hold": Left(W.POLICE),
    "keeping.Restriction": Left(W.POLICE),
    "notices.Notice": Given("Messages to you", "template channel status made_at sent_at "
                            "delivered_at language"),
    "notices.ContactPreference": Given(
        "How you are reached", "channel address takes language from_at to_at quiet_from quiet_to "
        "known_at",
        "made_by_id ended_by_id",
    ),
    "access.Officer": Given("Your sign-in", "username display_name email date_joined last_login"),
}  # fmt: skip
# Papers that tell of the police, or of a step that a warning would spoil.
