"""The routes, one tuple: what is asked, which permission it needs, who answers.

The application, the OpenAPI document and the matrix of roles are all made from ``ROUTES``.
"""

from averment_service.routes import (
    agents,
    assets,
    audit_page,
    book_page,
    consultations,
    decide_page,
    deciding,
    decisions,
    documents,
    evidence,
    jobs,
    operations,
    packs,
    questions,
    sign_in,
    tables_page,
)
from averment_service.routes.route import Route

ROUTES: tuple[Route, ...] = (
    *packs.ROUTES,
    *deciding.ROUTES,
    *questions.ROUTES,
    *consultations.ROUTES,
    *jobs.ROUTES,
    *evidence.ROUTES,
    *decisions.ROUTES,
    *agents.ROUTES,
    *operations.ROUTES,
    *documents.ROUTES,
    *decide_page.ROUTES,
    *audit_page.ROUTES,
    *book_page.ROUTES,
    *tables_page.ROUTES,
    *sign_in.ROUTES,
    *assets.ROUTES,
)

__all__ = ["ROUTES", "Route"]
