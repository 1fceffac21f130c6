"""Every check there is, in the order in which they are told."""

from __future__ import annotations

from averment.checks import (
    always_true,
    circular,
    dead_rule,
    duplicate_rule,
    lone_variable,
    lost_paragraph,
    never_true,
    no_question,
    no_sentence,
    placeholder_digest,
    subsumed_rule,
    uncovered,
    underived,
    ungiven_value,
    unknown_expectation,
    unknown_setting,
    unlisted_paragraph,
    unmet_expectation,
    unused_field,
    unused_parameter,
    unused_source,
    unused_type,
)
from averment.checks.check import Check
from averment.checks.loading import LOADING

CHECKS: tuple[Check, ...] = (
    *LOADING,
    unknown_setting.CHECK,
    never_true.CHECK,
    always_true.CHECK,
    underived.CHECK,
    circular.CHECK,
    unknown_expectation.CHECK,
    unmet_expectation.CHECK,
    unused_field.CHECK,
    unused_type.CHECK,
    unused_parameter.CHECK,
    unused_source.CHECK,
    ungiven_value.CHECK,
    dead_rule.CHECK,
    duplicate_rule.CHECK,
    subsumed_rule.CHECK,
    lone_variable.CHECK,
    no_sentence.CHECK,
    no_question.CHECK,
    placeholder_digest.CHECK,
    uncovered.CHECK,
    lost_paragraph.CHECK,
    unlisted_paragraph.CHECK,
)
