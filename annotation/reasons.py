"""Coded reasons: why a text comes back, why a finding is dismissed, why a place is skipped."""

from django.db import models


class Reason(models.TextChoices):
    FACTUALLY_WRONG = "factually_wrong", "Factually wrong"
    ADDS_FACTS = "adds_facts", "Adds facts not in the context"
    OFF_SKILL = "off_skill", "Not the skill of its cell"
    IGNORES_INSTRUCTION = "ignores_instruction", "Does not do what the prompt asks"
    INCOMPLETE = "incomplete", "Incomplete"
    UNCLEAR_PROMPT = "unclear_prompt", "Unclear or trivial prompt"
    TOO_LONG = "too_long", "Too long"
    TOO_SHORT = "too_short", "Too short"
    FORMAT = "format", "Wrong format"
    LANGUAGE = "language", "Grammar or style"
    SOUNDS_GENERATED = "sounds_generated", "Sounds generated"
    BAD_LINK = "bad_link", "Bad link or source"
    UNSAFE = "unsafe", "Unsafe"
    DUPLICATE = "duplicate", "Duplicate"
    OTHER = "other", "Other"


class SkipReason(models.TextChoices):
    NOT_MY_FIELD = "not_my_field", "Not my field"
    BAD_CONTEXT = "bad_context", "The context is unusable"
    UNCLEAR_TASK = "unclear_task", "The task is unclear"
    NO_TIME = "no_time", "No time now"
    CONFLICT = "conflict", "I know the author or the source"
    OTHER = "other", "Other"


class DismissReason(models.TextChoices):
    FALSE_ALARM = "false_alarm", "False alarm"
    WANTED = "wanted", "It is meant to be so"
    GUIDELINE_ALLOWS = "guideline_allows", "The guideline allows it"
    QUOTED = "quoted", "It is a quotation"


class DisputeCause(models.TextChoices):
    """What an adjudicator found at the root of a disagreement."""

    AUTHOR_ERROR = "author_error", "The author's error"
    REVIEWER_ERROR = "reviewer_error", "A reviewer's error"
    GUIDELINE_GAP = "guideline_gap", "A gap in the guideline"
    SUBJECTIVE = "subjective", "A matter of taste"
