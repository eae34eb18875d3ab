"""What one message needs, decided without Rasa."""
from __future__ import annotations

import pytest

from assistant.dialogue.plan import BOOKING_FORM, DEACTIVATE, MINOR, Question, Turn, plan


def actions(turn: Turn) -> list[str]:
    return [step.action for step in plan(turn)]


def test_a_plain_question_is_left_to_its_rule() -> None:
    assert plan(Turn("faq_pain", (Question("faq_pain"),))) == []


def test_an_alarm_is_answered_first_and_alone() -> None:
    turn = Turn("red_flag", (Question("faq_pain"), Question("book_appointment")), alarm="emergency")
    assert actions(turn) == ["utter_red_flag"]


def test_an_alarm_in_the_form_is_answered_before_the_form_is_paused() -> None:
    steps = plan(Turn("red_flag", alarm="today", asked_slot="visitor_name"))
    assert [step.action for step in steps] == ["utter_red_flag", DEACTIVATE]
    assert steps[0].slots == {"alarm": "today"}
    assert steps[1].slots == {"booking_status": "paused"}, "what was told is kept"


def test_an_alarm_without_a_level_is_an_emergency() -> None:
    assert plan(Turn("red_flag"))[0].slots == {"alarm": "emergency"}


def test_several_questions_are_answered_in_order() -> None:
    turn = Turn("faq_pain", (Question("faq_pain"), Question("faq_duration")))
    assert actions(turn) == ["utter_faq_pain", "utter_faq_duration"]


def test_each_of_several_questions_keeps_its_treatment() -> None:
    turn = Turn("faq_pain", (Question("faq_pain", "standard_botox"), Question("faq_duration", "micro_botox")))
    assert [step.slots.get("treatment") for step in plan(turn)] == ["standard_botox", "micro_botox"]


def test_a_wish_for_a_visit_comes_after_the_answers() -> None:
    turn = Turn("book_appointment", (Question("book_appointment"), Question("faq_pain")))
    assert actions(turn) == ["utter_faq_pain", BOOKING_FORM]


def test_a_follow_up_asks_the_topic_in_focus_of_another_treatment() -> None:
    turn = Turn("follow_up", treatment="standard_botox", focus_topic="faq_duration")
    steps = plan(turn)
    assert steps[0].action == "utter_faq_duration"
    assert steps[0].slots == {"treatment": "standard_botox"}


def test_a_follow_up_to_nothing_is_left_to_its_rule() -> None:
    assert plan(Turn("follow_up", treatment="standard_botox")) == []


def test_a_question_that_names_another_treatment_moves_the_focus() -> None:
    turn = Turn("faq_pain", (Question("faq_pain", "standard_botox"),), treatment="standard_botox")
    assert plan(turn)[0].slots == {"treatment": "standard_botox"}


def test_a_comparison_does_not_move_the_focus() -> None:
    turn = Turn("faq_vs_standard", (Question("faq_vs_standard", "standard_botox"),), treatment="standard_botox")
    assert plan(turn) == []


def test_yes_to_an_offer_takes_it() -> None:
    assert actions(Turn("affirm", offered="book_appointment")) == [BOOKING_FORM]
    assert actions(Turn("affirm", offered="faq_pain")) == ["utter_faq_pain"]


def test_yes_to_nothing_is_left_to_its_rule() -> None:
    assert plan(Turn("affirm")) == []


@pytest.mark.parametrize("intent", ["faq_pain", "clinic_hours", "talk_to_human", "ask_privacy", "bot_challenge"])
def test_a_question_in_the_form_is_answered_and_the_form_asks_again(intent: str) -> None:
    turn = Turn(intent, (Question(intent),), asked_slot="visitor_contact")
    assert actions(turn) == [f"utter_{intent}", "utter_ask_booking_form_visitor_contact"]


def test_the_form_itself_is_never_run_to_ask_again() -> None:
    turn = Turn("faq_pain", (Question("faq_pain"), Question("book_appointment")), asked_slot="visitor_name")
    assert BOOKING_FORM not in actions(turn), "a dead action server must not cost the answer"


@pytest.mark.parametrize("intent", ["give_details", "affirm", "deny", "nlu_fallback", "out_of_scope", "greet"])
def test_what_may_be_an_answer_is_for_the_form_to_judge(intent: str) -> None:
    assert plan(Turn(intent, asked_slot="visitor_name")) == []


def test_a_text_in_the_shape_of_the_field_is_no_question() -> None:
    turn = Turn("clinic_hours", (Question("clinic_hours"),), asked_slot="preferred_time", gives_asked_slot=True)
    assert plan(turn) == []


def test_an_unreadable_message_in_the_form_is_answered_and_the_form_asks_again() -> None:
    turn = Turn("out_of_scope", reason="emoji", asked_slot="consent")
    assert actions(turn) == ["utter_out_of_scope", "utter_ask_booking_form_consent"]


@pytest.mark.parametrize("intent", ["stop", "cancel_booking", "forget_me"])
def test_stop_ends_the_form_and_keeps_nothing(intent: str) -> None:
    steps = plan(Turn(intent, asked_slot="visitor_name"))
    assert steps[0].action == DEACTIVATE
    assert steps[0].slots["visitor_name"] is None
    assert steps[0].slots["visitor_contact"] is None
    assert steps[0].slots["booking_status"] == "stopped"


def test_distress_in_the_form_pauses_it_and_sells_nothing() -> None:
    assert actions(Turn("appearance_distress", asked_slot="visitor_name")) == [
        DEACTIVATE,
        "utter_appearance_distress",
    ]


def test_code_that_seems_to_wish_the_end_does_not_end_the_form() -> None:
    assert plan(Turn("cancel_booking", asked_slot="visitor_name", plain=False)) == []


def test_a_declared_minor_hears_why_before_anything_else() -> None:
    turn = Turn("faq_pain", (Question("faq_pain"), Question("book_appointment")), minor=True)
    assert actions(turn) == [MINOR, "utter_faq_pain"]


@pytest.mark.parametrize("intent", ["faq_age", "faq_candidate", "faq_cost", "nlu_fallback", "give_details", "affirm"])
def test_to_a_declared_minor_the_explanation_is_the_answer(intent: str) -> None:
    assert actions(Turn(intent, (Question(intent),), minor=True)) == [MINOR]


@pytest.mark.parametrize("intent", ["dosing_diy", "appearance_distress", "book_appointment"])
def test_help_and_refusal_come_to_a_minor_as_to_everybody(intent: str) -> None:
    assert plan(Turn(intent, minor=True)) == []


def test_an_alarm_comes_before_the_explanation_to_a_minor() -> None:
    assert actions(Turn("red_flag", alarm="today", minor=True)) == ["utter_red_flag"]


def test_a_minor_inside_the_form_is_for_the_form_to_hear() -> None:
    turn = Turn("faq_pain", (Question("faq_pain"),), asked_slot="visitor_name", gives_asked_slot=True, minor=True)
    assert plan(turn) == []


def test_naming_the_treatment_that_was_asked_for_answers_the_question_before() -> None:
    turn = Turn("faq_what_is", treatment="baby_botox", focus_topic="faq_pain", names_which=True)
    steps = plan(turn)
    assert [(step.action, step.slots) for step in steps] == [("utter_faq_pain", {"treatment": "baby_botox"})]


def test_before_naming_two_questions_of_one_kind_get_one_text() -> None:
    asked = (Question("faq_pain"), Question("faq_duration"), Question("faq_numbing"), Question("clinic_hours"))
    assert actions(Turn("faq_pain", asked, unnamed=True)) == [
        "utter_faq_pain",
        "utter_faq_duration",
        "utter_clinic_hours",
    ]
    assert len(actions(Turn("faq_pain", asked))) == 4
