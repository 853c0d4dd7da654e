# The sample of Authgear's backend integration guide, as it stands.
from flask import Flask, request, jsonify
from jose import jwt, JWTError
from jose.utils import base64url_decode
import requests
from functools import wraps
import json

app = Flask(__name__)

# Configuration - Replace with your actual values
AUTHGEAR_ENDPOINT = "https://myproject.authgear.cloud"  # Example: https://myproject.authgear.cloud (no trailing slash)
AUTHGEAR_CLIENT_ID = "your_client_id_here"  # From Authgear Portal

# Cache for JWKS (reuse for better performance)
_jwks_cache = None

def get_jwks():
    """Fetch JWKS from Authgear with caching"""
    global _jwks_cache

    if _jwks_cache is None:
        # Get discovery document
        discovery_url = f"{AUTHGEAR_ENDPOINT}/.well-known/openid-configuration"
        discovery = requests.get(discovery_url).json()

        # Fetch JWKS
        jwks_uri = discovery["jwks_uri"]
        _jwks_cache = requests.get(jwks_uri).json()

    return _jwks_cache

def verify_token(token):
    """Verify JWT token and return claims"""
    try:
        # Get the key ID from token header
        unverified_header = jwt.get_unverified_header(token)
        kid = unverified_header["kid"]

        # Find the signing key
        jwks = get_jwks()
        key = None
        for jwk in jwks["keys"]:
            if jwk["kid"] == kid:
                key = jwk
                break

        if not key:
            raise Exception("Public key not found")

        # Verify and decode token
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=AUTHGEAR_CLIENT_ID,
            issuer=AUTHGEAR_ENDPOINT
        )

        return claims

    except JWTError as e:
        raise Exception(f"Token validation failed: {str(e)}")

def require_auth(f):
    """Decorator to require authentication"""
    @wraps(f)
    def decorated(*args, **kwargs):
        auth_header = request.headers.get("Authorization")

        if not auth_header:
            return jsonify({"error": "No authorization header"}), 401

        try:
            token = auth_header.split(" ")[1]  # Remove "Bearer " prefix
            claims = verify_token(token)
            request.user_id = claims["sub"]
            request.user_claims = claims
            return f(*args, **kwargs)
        except Exception as e:
            return jsonify({"error": str(e)}), 401

    return decorated

# Protected endpoint example
@app.route("/api/profile")
@require_auth
def get_profile():
    return jsonify({
        "user_id": request.user_id,
        "claims": request.user_claims
    })

if __name__ == "__main__":
    app.run(debug=True)
