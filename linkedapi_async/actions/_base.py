"""What an action is, and the registry that knows every one of them.

An action class carries its own row: the decorator registers a :class:`Spec`, and validation, the
sandbox, the command line and the documentation read that. Nothing here sends or judges anything.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeVar, cast, get_args, get_origin

import attrs

from linkedapi_async._types import Effect, JsonObject, Plan
from linkedapi_async.models._rules import Param, Rule, adopt, encode, params_of

__all__ = ["MODULES", "Action", "AnyAction", "Rule", "Spec", "Then", "action", "spec", "specs"]

R_co = TypeVar("R_co", covariant=True)
C = TypeVar("C")
A = TypeVar("A", bound="type[Action[Any]]")

Then: TypeAlias = C | Sequence[C]
"""What stands under an action: one child, sent as an object, or several, sent as a list."""

MODULES: Final = (
    "comments",
    "companies",
    "connections",
    "invitations",
    "jobs",
    "messages",
    "people",
    "posts",
    "skills",
    "statistics",
)
"""The modules that define actions; importing them all fills the registry."""

_REGISTRY: Final[dict[str, "Spec"]] = {}


@attrs.frozen(kw_only=True)
class Action(Generic[R_co]):
    """One step of a workflow, typed by what its report holds: `None` where it holds nothing.

    Attributes:
        label: Text that the report of this action repeats, to tell several of a kind apart.

    Source: https://linkedapi.io/docs/actions-overview
    """

    action_type: ClassVar[str] = ""

    label: str | None = None

    def __attrs_post_init__(self) -> None:
        """Take a mapping where a class is meant."""
        adopt(self)

    def to_json(self) -> JsonObject:
        """Return the tree that starts here, as it goes over the wire."""
        return cast("JsonObject", encode(self))


AnyAction: TypeAlias = Action[Any]
"""An action whatever its result."""


@attrs.frozen(kw_only=True, eq=False)
class Spec:
    """Everything the package knows of one action type.

    Attributes:
        action_type: The wire name, such as `st.openPersonPage`.
        cls: The class that builds it.
        effect: Whether it changes anything on LinkedIn; a loop does what its children do.
        plan: The seat it needs.
        category: The limit it counts against, `None` when it counts against none.
        is_root: Whether it may stand at the root of a workflow.
        root_condition: What has to be given at the root, in words; `None` for nothing special.
        is_loop: Whether it repeats its children per item of the parent list, without a report of
            its own.
        parents: Action types it may stand under; `()` for none, `None` when nobody says.
        children: Action types that may stand under it; `()` for none, `None` when nobody says.
        errors: Action-level error types it is known to report; others may come.
    """

    action_type: str
    cls: "type[Action[Any]]"
    effect: Effect
    plan: Plan = Plan.CORE
    category: str | None = None
    is_root: bool = True
    root_condition: str | None = None
    is_loop: bool = False
    parents: tuple[str, ...] | None = None
    children: tuple[str, ...] | None = None
    errors: tuple[str, ...] = ()

    @cached_property
    def params(self) -> tuple[Param, ...]:
        """One row per parameter, without `label` and `then`."""
        return params_of(cast("Any", self.cls))

    @cached_property
    def result(self) -> Any:
        """What the class is typed by: a model, `list[...]` of one, or `NoneType`."""
        bases: tuple[Any, ...] = getattr(self.cls, "__orig_bases__", ())
        return get_args(bases[0])[0]

    def may_stand_under(self, parent: "Spec") -> bool:
        """Tell whether it may be a child of another: one table says so, or none says anything.

        A loop repeats over a list, whatever the tables say.
        """
        if self.is_loop and get_origin(parent.result) is not list:
            return False
        says = [
            name in names
            for name, names in (
                (self.action_type, parent.children),
                (parent.action_type, self.parents),
            )
            if names is not None
        ]
        return not says or any(says)


def action(
    action_type: str,
    *,
    effect: Effect,
    plan: Plan = Plan.CORE,
    category: str | None = None,
    root: bool | str = False,
    loop: bool = False,
    under: Sequence[str] | None = (),
    children: Sequence[str] | None = (),
    errors: Sequence[str] = (),
) -> Callable[[A], A]:
    """Register the class below under a wire name.

    It has to stand outside the attrs decorator, which builds slotted classes twice.

    Args:
        action_type: The wire name.
        effect: Whether the action changes anything on LinkedIn.
        plan: The seat it needs.
        category: The limit it counts against.
        root: `False` where it may not stand at the root; `True` or the condition where it may.
        loop: Whether it repeats its children per item of the parent list.
        under: Allowed parents; `None` when no source says.
        children: Allowed children; `None` when no source says.
        errors: Action-level errors it is known to report.
    """

    def register(cls: A) -> A:
        cls.action_type = action_type
        _REGISTRY[action_type] = Spec(
            action_type=action_type,
            cls=cls,
            effect=effect,
            plan=plan,
            category=category,
            is_root=root is not False,
            root_condition=root if isinstance(root, str) else None,
            is_loop=loop,
            parents=None if under is None else tuple(under),
            children=None if children is None else tuple(children),
            errors=tuple(errors),
        )
        return cls

    return register


@cache
def specs() -> Mapping[str, Spec]:
    """Return every known action by its wire name; the first call loads their modules."""
    for name in MODULES:
        import_module(f"{__package__}.{name}")
    return MappingProxyType(_REGISTRY)


def spec(action_type: str) -> Spec | None:
    """Return what is known of an action type, or `None` for one this version does not know."""
    return specs().get(action_type)
