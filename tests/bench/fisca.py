"""What openfisca-core and its fork policyengine-core have in common, from whichever is installed.

Their dependencies are installed apart, so one process finds one of them.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

IS_OPENFISCA = find_spec("openfisca_core") is not None
CORE = "openfisca_core" if IS_OPENFISCA else "policyengine_core"


def _part(module: str, name: str) -> Any:
    return getattr(import_module(f"{CORE}.{module}"), name)


ENUMS = "indexed_enums" if IS_OPENFISCA else "enums"
Enum = _part(ENUMS, "Enum")
EnumArray = _part(ENUMS, "EnumArray")
MONTHLY = _part("periods", "DateUnit").MONTH if IS_OPENFISCA else _part("periods", "MONTH")
ParameterNode = _part("parameters", "ParameterNode")
SimulationBuilder = _part("simulations", "SimulationBuilder")
TaxBenefitSystem = _part("taxbenefitsystems", "TaxBenefitSystem")
Variable = _part("variables", "Variable")
build_entity = _part("entities", "build_entity")
