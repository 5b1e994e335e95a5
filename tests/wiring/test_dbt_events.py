"""dbt's events: no message is made of what nobody reads, and a warning is still an error."""

import pytest
from dbt.events.types import GenericJSONSchemaValidationDeprecation, NodeStart
from dbt_common.events.base_types import EventMsg
from dbt_common.exceptions.events import EventCompilationError
from dbt_common.helper_types import WarnErrorOptionsV2

from orchestration.dbt import UntoldEvents


def test_a_deprecation_stops_dbt() -> None:
    """The project makes them errors: an upgrade would otherwise take away what it relies on."""
    events = UntoldEvents()
    events.warn_error_options = WarnErrorOptionsV2(error=["Deprecations"])

    with pytest.raises(EventCompilationError):
        events.fire_event(
            GenericJSONSchemaValidationDeprecation(), force_warn_or_error_handling=True
        )


def test_only_warnings_and_errors_become_messages() -> None:
    events = UntoldEvents()
    told: list[EventMsg] = []
    events.add_callback(told.append)

    events.fire_event(NodeStart())
    events.fire_event(GenericJSONSchemaValidationDeprecation())

    assert [message.info.level for message in told] == ["warn"]
