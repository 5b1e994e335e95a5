"""The settings of the schemes: a section each, whose values reach SQL as columns of `ops.night`."""

from typing import Any, get_args

from orchestration.scheme_settings.finance import (
    AssetTierSettings,
    CreditRiskSettings,
    RiskAppetiteSettings,
)
from orchestration.scheme_settings.habits import (
    ChannelSettings,
    NeedsSettings,
    PreferencesSettings,
    PriceSensitivitySettings,
)
from orchestration.scheme_settings.orders import (
    ChurnRiskSettings,
    LifecycleSettings,
    LoyaltySettings,
    RfMatrixSettings,
    RfmSettings,
    ValueTierSettings,
)
from orchestration.scheme_settings.people import (
    AttitudeSettings,
    DemographicSettings,
    GeographicSettings,
    PsychographicSettings,
)
from orchestration.scheme_settings.section import Section
from orchestration.scheme_settings.signals import (
    EngagementSettings,
    InfluenceSettings,
    JourneyStageSettings,
)

__all__ = ["SchemeSettings", "Section", "night_column_types"]


class SchemeSettings(Section):
    """One section a scheme, named like it."""

    rfm: RfmSettings = RfmSettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    value_tier: ValueTierSettings = ValueTierSettings()
    risk_appetite: RiskAppetiteSettings = RiskAppetiteSettings()
    credit_risk: CreditRiskSettings = CreditRiskSettings()
    asset_tier: AssetTierSettings = AssetTierSettings()
    churn_risk: ChurnRiskSettings = ChurnRiskSettings()
    engagement: EngagementSettings = EngagementSettings()
    price_sensitivity: PriceSensitivitySettings = PriceSensitivitySettings()
    needs: NeedsSettings = NeedsSettings()
    journey_stage: JourneyStageSettings = JourneyStageSettings()
    influence: InfluenceSettings = InfluenceSettings()
    loyalty: LoyaltySettings = LoyaltySettings()
    channel: ChannelSettings = ChannelSettings()
    rf_matrix: RfMatrixSettings = RfMatrixSettings()
    preferences: PreferencesSettings = PreferencesSettings()
    demographic: DemographicSettings = DemographicSettings()
    geographic: GeographicSettings = GeographicSettings()
    attitude: AttitudeSettings = AttitudeSettings()
    psychographic: PsychographicSettings = PsychographicSettings()

    def night_columns(self) -> dict[str, Any]:
        """Return what SQL reads of these settings, by the column's name.

        A value `rfm.map` is `rfm_map`; a tuple `rfm.frequency_cuts` has a column a place,
        `rfm_frequency_cuts_1` and on. What has no fixed number of values is one text,
        `page_view=1,review=5`, `page_view,search` or `18,25,35` (`rows_of` takes it apart).
        """
        columns: dict[str, Any] = {}
        for section in SchemeSettings.model_fields:
            settings = getattr(self, section)
            for name, value in settings:
                annotation = type(settings).model_fields[name].annotation
                if isinstance(value, tuple) and Ellipsis in get_args(annotation):
                    columns[f"{section}_{name}"] = ",".join(map(str, value))
                elif isinstance(value, tuple):
                    places = enumerate(value, start=1)
                    columns |= {f"{section}_{name}_{place}": each for place, each in places}
                elif isinstance(value, dict):
                    pairs = (f"{each}={amount:.9g}" for each, amount in value.items())
                    columns[f"{section}_{name}"] = ",".join(pairs)
                elif isinstance(value, list):
                    columns[f"{section}_{name}"] = ",".join(value)
                else:
                    columns[f"{section}_{name}"] = value
        return columns


def night_column_types() -> dict[str, str]:
    """Return the SQL types of those columns: what the defaults are made of decides."""
    kinds = {bool: "boolean", int: "integer", float: "double", str: "varchar"}
    return {name: kinds[type(value)] for name, value in SchemeSettings().night_columns().items()}
