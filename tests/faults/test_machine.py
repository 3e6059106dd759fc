"""Random sequences of faults: 200 in a normal run, SOAK_EXAMPLES of them in a soak."""

from __future__ import annotations

from tests.faults.machine import FaultMachine, machine_settings

TestMachine = FaultMachine.TestCase
TestMachine.settings = machine_settings()
