"""What `clerk-backend-api` makes of each token: key fetched, key given, whole request."""

from clerk_backend_api.security import authenticate_request, verify_token
from clerk_backend_api.security.types import (
    AuthenticateRequestOptions,
    TokenVerificationError,
    VerifyTokenOptions,
)

from dialogue import answer, ask


class Request:
    """The one thing the package asks of a request."""

    def __init__(self, token):
        self.headers = {"Authorization": f"Bearer {token}"}


def reason(named):
    return named.value[0]


def verified(token, **options):
    try:
        claims = verify_token(token, VerifyTokenOptions(**options))
    except TokenVerificationError as error:
        return {"refused": reason(error.reason)}
    return {"sub": claims["sub"], "sid": claims.get("sid")}


def authenticated(token, jwt_key, parties):
    state = authenticate_request(
        Request(token), AuthenticateRequestOptions(jwt_key=jwt_key, authorized_parties=parties)
    )
    if not state.is_authenticated:
        return {"refused": reason(state.reason)}
    claims = state.payload
    return {
        "userId": claims["sub"],
        "sessionId": claims.get("sid"),
        "orgId": claims.get("org_id"),
        "orgSlug": claims.get("org_slug"),
        "orgRole": claims.get("org_role"),
        "orgPermissions": claims.get("org_permissions"),
    }


question = ask()
instance = question["instance"]
parties = [instance["origin"]]
fetching = {"api_url": instance["api_url"], "secret_key": instance["secret_key"]}
answer(
    [
        {
            "fetched": verified(token, authorized_parties=parties, **fetching),
            "given": verified(token, authorized_parties=parties, jwt_key=instance["jwt_key"]),
            "request": authenticated(token, instance["jwt_key"], parties),
        }
        for token in question["tokens"]
    ]
)
