"""The user's file: YAML in, a typed frozen Spec out, or every problem at once with its line."""

from mainstay.spec.load import load
from mainstay.spec.problem import Problem, SpecError
from mainstay.spec.schema import json_schema
from mainstay.spec.sections.app import App
from mainstay.spec.sections.balancer import Balancer
from mainstay.spec.sections.database import Database
from mainstay.spec.sections.lab import Lab
from mainstay.spec.sections.machines import ROLES, Machine, Role, Ssh
from mainstay.spec.sections.spec import Spec
from mainstay.spec.sections.web import Web
from mainstay.spec.texts import BLUEPRINTS, SECTIONS, UnknownNameError, blueprint, section_doc

__all__ = [
    "BLUEPRINTS",
    "ROLES",
    "SECTIONS",
    "App",
    "Balancer",
    "Database",
    "Lab",
    "Machine",
    "Problem",
    "Role",
    "Spec",
    "SpecError",
    "Ssh",
    "UnknownNameError",
    "Web",
    "blueprint",
    "json_schema",
    "load",
    "section_doc",
]
