"""What the API says about models, as frozen dataclasses."""

from dataclasses import dataclass

from api_types import Json, Reason


@dataclass(frozen=True)
class Model:
    """Of kind "advanced": it answers from documents. `sees`: it takes pictures."""

    id: str
    name: str
    kind: str
    endpoint: str
    is_language_model: bool
    available: bool
    reason: Reason | None
    sees: bool = False

    @classmethod
    def read(cls, data: Json) -> "Model":
        return cls(
            data["id"],
            data["name"],
            data["kind"],
            data.get("endpoint") or "",
            data["is_language_model"],
            data["available"],
            Reason.read(data.get("reason")),
            (data.get("capabilities") or {}).get("images", False),
        )


@dataclass(frozen=True)
class Endpoint:
    name: str
    base_url: str
    found_by: str
    ok: bool
    reason: Reason | None
    models: tuple[str, ...]

    @classmethod
    def read(cls, data: Json) -> "Endpoint":
        models = tuple(str(name) for name in data.get("models") or ())
        return cls(
            data["name"],
            data.get("base_url") or "",
            data.get("found_by") or "",
            data["ok"],
            Reason.read(data.get("reason")),
            models,
        )


@dataclass(frozen=True)
class ModelList:
    models: tuple[Model, ...]
    endpoints: tuple[Endpoint, ...]
    default: str
    default_advanced: str = ""

    def of_kind(self, kind: str) -> tuple[Model, ...]:
        """Models of kind "advanced" answer from documents, in Advanced chat alone; each stands beside a "basic" one."""
        return tuple(model for model in self.models if model.kind == kind)

    @classmethod
    def read(cls, data: Json) -> "ModelList":
        return cls(
            tuple(Model.read(each) for each in data["results"]),
            tuple(Endpoint.read(each) for each in data.get("endpoints") or ()),
            data.get("default") or "",
            data.get("default_advanced") or "",
        )
