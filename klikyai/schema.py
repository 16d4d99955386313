"""OpenAPI: every answer stands in the envelope, every error in its own."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema

META = {
    "type": "object",
    "required": ["user_id", "timestamp", "request_id"],
    "properties": {
        "user_id": {"type": ["string", "null"], "format": "uuid"},
        "timestamp": {"type": "string", "format": "date-time"},
        "request_id": {"type": ["string", "null"]},
    },
}
ERROR = {
    "type": "object",
    "required": ["success", "message", "error", "meta"],
    "properties": {
        "success": {"const": False},
        "message": {"type": "string"},
        "error": {
            "type": "object",
            "required": ["code", "details"],
            "properties": {"code": {"type": "string"}, "details": {"type": "object"}},
        },
        "meta": META,
    },
}
REASONS = {
    "400": "What was sent cannot be used",
    "401": "Nobody is signed in",
    "403": "Not allowed",
    "404": "Nothing here",
    "405": "Not done this way",
    "409": "Not possible in this state",
    "413": "Too large",
    "415": "Not a media type that is read here",
    "422": "The key was used with another body",
    "429": "Too many calls",
    "503": "Not possible right now",
}


class EnvelopedSchema(AutoSchema):
    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, body in bodies.items():
            for content in body.get("content", {}).values():
                if status.startswith("2") and not isinstance(self.view, Bare):
                    content["schema"] = _enveloped(content["schema"])
        errors = {"application/json": {"schema": ERROR}}
        for status, reason in REASONS.items():
            bodies.setdefault(status, {"description": reason, "content": errors})
        return bodies


class Bare:
    """A view whose answer is not in the envelope, because somebody else wrote its contract."""


def _enveloped(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["success", "message", "data", "meta"],
        "properties": {"success": {"const": True}, "message": {"type": "string"}, "data": schema, "meta": META},
    }
