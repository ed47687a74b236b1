"""Programs and times that several tests use."""

from datetime import datetime, timezone
from typing import Any

UTC = timezone.utc
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
"""Sunday, 1 March 2026, 10:00 in Shanghai."""


def shop() -> dict[str, Any]:
    """1 point per yuan, a silver rung from 5,000 within a year, points that pay and expire."""
    return {
        "schema": 1,
        "id": "tea-house",
        "version": "2026-1",
        "currency": "CNY",
        "timezone": "Asia/Shanghai",
        "accounts": [{"id": "points", "expiry": {"after": {"months": 12, "align": "month_end"}}}],
        "metrics": [{"id": "spend-year", "measure": "spend", "window": {"last": {"days": 365}}}],
        "tiers": [
            {
                "id": "club",
                "hold": {"for": {"months": 12}},
                "rungs": [
                    {"id": "regular", "name": {"zh": "普通", "en": "Regular"}},
                    {
                        "id": "silver",
                        "name": {"zh": "银卡", "en": "Silver"},
                        "qualify": {"metric": {"id": "spend-year", "at_least": 5000}},
                    },
                ],
            }
        ],
        "earn": [
            {"id": "base", "give": {"rate": {"points": 1, "per": "1.00"}}},
            {"id": "check-in", "on": "activity:check_in", "give": {"fixed": 5}},
            {"id": "silver-bonus", "when": {"tier": {"at_least": "silver"}}, "give": {"multiply": "1.5"}},
        ],
        "tender": [{"points": 100, "value": "1.00", "over": "refuse"}],
    }


def purchase(id: str = "e-1", order: str = "o-1", price: Any = "100.00", **more: Any) -> dict[str, Any]:
    """A purchase of one article."""
    body = {"order": order, "lines": [{"sku": "tea", "price": price}]}
    return {"id": id, "at": AT, "purchase": body, **more}
