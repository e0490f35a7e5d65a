"""The routes of PonyAggregate (seed S0)."""

from .routes import Route, route

_API = "/api"

USERS_ME = route(f"POST {_API}/users/me", "users_me")
LOGIN = route(f"POST {_API}/auth/login", "login", reads=False)
SUBMISSION_NEW = route(f"POST {_API}/submissions/new", "submission_new", reads=False)
SUBMISSION_REVISE = route(f"POST {_API}/submissions/[id]/revise", "submission_revise", reads=False)
SUBMISSION_DELETE = route(
    f"DELETE {_API}/submissions/[id]/delete", "submission_delete", reads=False
)
IMPORT_DERPIBOORU = route(
    f"POST {_API}/submissions/import/derpibooru", "import_derpibooru", reads=False
)
IMPORT_PONYTUBE = route(f"POST {_API}/submissions/import/ponytube", "import_ponytube", reads=False)
ATTACHMENT_CREATE = route(f"POST {_API}/attachments/create", "attachment_create", reads=False)
ATTACHMENT_FINALIZE = route(
    f"PUT {_API}/attachments/[name]/finalize", "attachment_finalize", reads=False
)
LIST_NEW = route(f"POST {_API}/lists/new", "list_new", reads=False)
LIST_EDIT = route(f"PUT {_API}/lists/[id]/edit", "list_edit", reads=False)
LIST_ADD = route(f"PUT {_API}/lists/[id]/submissions/add", "list_add", reads=False)
LIST_REMOVE = route(f"DELETE {_API}/lists/[id]/submissions/remove", "list_remove", reads=False)
COLLABORATORS_ADD = route(
    f"PUT {_API}/lists/[id]/collaborators/add", "collaborators_add", reads=False
)
COLLABORATORS_REMOVE = route(
    f"DELETE {_API}/lists/[id]/collaborators/remove", "collaborators_remove", reads=False
)

ROUTES: tuple[Route, ...] = (
    USERS_ME,
    LOGIN,
    SUBMISSION_NEW,
    SUBMISSION_REVISE,
    SUBMISSION_DELETE,
    IMPORT_DERPIBOORU,
    IMPORT_PONYTUBE,
    ATTACHMENT_CREATE,
    ATTACHMENT_FINALIZE,
    LIST_NEW,
    LIST_EDIT,
    LIST_ADD,
    LIST_REMOVE,
    COLLABORATORS_ADD,
    COLLABORATORS_REMOVE,
)
