package refusal

import "regexp"

// A Reason is what an API complains about.
type Reason string

// The complaints. Those that verify has a reason for bear its name.
const (
	Missing   Reason = "no_token"  // it has seen no token
	Malformed Reason = "malformed" // it cannot read the token or the request
	Algorithm Reason = "algorithm_refused"
	Key       Reason = "no_matching_key"
	Signature Reason = "bad_signature"
	Issuer    Reason = "wrong_issuer"
	Audience  Reason = "wrong_audience"
	Expired   Reason = "expired"
	NotYet    Reason = "not_yet_valid"
	Claim     Reason = "claim_refused" // another claim
	StepUp    Reason = "reauthentication_required"
	Inactive  Reason = "inactive" // revoked
	Scope     Reason = "insufficient_scope"
	Denied    Reason = "denied" // known, but not permitted
	DPoP      Reason = "dpop"
	Trouble   Reason = "api_trouble" // the API cannot get keys, or is misconfigured
	Route     Reason = "other_login" // the token is not for this: another scheme, or an unknown route
	Invalid   Reason = "invalid_token"
	Unknown   Reason = "unknown"
)

// A saying is how some software puts a complaint.
type saying struct {
	product string
	words   string // in lower case; "…" matches any text on one line
	reason  Reason
}

// sayings lists the words of well-known software, the more specific first. The
// first that the answer has counts. testdata holds answers that real ones gave.
func sayings() []saying {
	const (
		spring     = "Spring Security"
		aspnet     = "ASP.NET (Microsoft.IdentityModel)"
		expressJWT = "express-jwt"
		nodeJWT    = "jsonwebtoken (Node.js)"
		jwksRSA    = "jwks-rsa (Node.js)"
		jose       = "jose (Node.js)"
		auth0      = "express-oauth2-jwt-bearer"
		fastify    = "fastify-jwt"
		pyjwt      = "PyJWT"
		flask      = "flask-jwt-extended"
		django     = "Django REST framework"
		fastapi    = "FastAPI"
		golang     = "golang-jwt"
		goOIDC     = "go-oidc"
		jwx        = "jwx (Go)"
		envoy      = "Envoy"
		istio      = "Istio"
		kong       = "Kong"
		aws        = "AWS API Gateway"
		apim       = "Azure API Management"
		graph      = "Microsoft Graph"
		kubernetes = "Kubernetes"
		postgrest  = "PostgREST"
		ruby       = "ruby-jwt"
		php        = "firebase/php-jwt"
		laravel    = "Laravel"
		mcpSDK     = "MCP TypeScript SDK"
		openidc    = "Apache mod_auth_openidc"
		own        = "claimcheck's pkg/verifier"
	)
	return []saying{
		{aspnet, "idx10223", Expired}, {aspnet, "idx10222", NotYet}, {aspnet, "idx10225", Expired},
		{aspnet, "idx10214", Audience}, {aspnet, "idx10206", Audience}, {aspnet, "idx10208", Trouble},
		{aspnet, "idx10205", Issuer}, {aspnet, "idx10211", Issuer}, {aspnet, "idx10204", Trouble},
		{aspnet, "idx10500", Trouble}, {aspnet, "idx10501", Key}, {aspnet, "idx10503", Key}, {aspnet, "idx10517", Key}, {aspnet, "idx10516", Key},
		{aspnet, "idx10511", Signature}, {aspnet, "idx10504", Signature}, {aspnet, "idx10634", Algorithm}, {aspnet, "idx10696", Algorithm},
		{aspnet, "idx20803", Trouble}, {aspnet, "idx20804", Trouble}, {aspnet, "idx20807", Trouble},
		{aspnet, "idx12741", Malformed}, {aspnet, "idx14100", Malformed}, {aspnet, "idx12709", Malformed}, {aspnet, "idx10709", Malformed},
		{aspnet, "the token expired at '", Expired}, {aspnet, "the token is not valid before '", NotYet},
		{aspnet, "the audience '…' is invalid", Audience}, {aspnet, "the audiences '…' are invalid", Audience}, {aspnet, "the issuer '…' is invalid", Issuer},
		{aspnet, "the signature key was not found", Key}, {aspnet, "the signature is invalid", Signature},
		{aspnet, "the token has no expiration", Expired}, {aspnet, "the token lifetime is invalid", Expired},

		{spring, "jwt expired at ", Expired}, {spring, "jwt used before ", NotYet},
		{spring, "signed jwt rejected: invalid signature", Signature},
		{spring, "another algorithm expected, or no matching key(s) found", Key},
		{spring, "unsupported algorithm of ", Algorithm},
		{spring, "the iss claim is not valid", Issuer}, {spring, "the aud claim is not valid", Audience},
		{spring, "couldn't retrieve remote jwk set", Trouble},
		{spring, "bearer token is malformed", Malformed}, {spring, "found multiple bearer tokens in the request", Malformed},
		{spring, "attempting to decode the jwt: malformed", Malformed},
		{spring, "higher privileges than provided by the access token", Scope},
		{spring, "full authentication is required to access this resource", Missing},
		{spring, "provided token isn't active", Inactive},

		{fastify, "fst_jwt_no_authorization_in_header", Missing}, {fastify, "fst_jwt_no_authorization_in_cookie", Missing},
		{fastify, "fst_jwt_authorization_token_expired", Expired}, {fastify, "fst_jwt_authorization_token_untrusted", Inactive},
		{fastify, "the aud claim value is not allowed", Audience}, {fastify, "the iss claim value is not allowed", Issuer},
		{fastify, "the token signature is invalid", Signature}, {fastify, "the token algorithm is invalid", Algorithm},
		{fastify, "the token is malformed", Malformed}, {fastify, "the token will be active at ", NotYet}, {fastify, "fst_jwt_bad_request", Malformed},
		{fastify, "fst_jwt_authorization_token_invalid", Invalid},

		{auth0, "unexpected 'aud' value", Audience}, {auth0, "unexpected 'iss' value", Issuer}, {auth0, "unexpected 'sub' value", Claim},
		{jose, `unexpected "aud" claim value`, Audience}, {jose, `unexpected "iss" claim value`, Issuer},
		{jose, `"exp" claim timestamp check failed`, Expired}, {jose, `'exp' claim timestamp check failed`, Expired},
		{jose, `"nbf" claim timestamp check failed`, NotYet}, {jose, `'nbf' claim timestamp check failed`, NotYet},
		{jose, `missing required "aud" claim`, Audience}, {jose, `missing required "…" claim`, Claim},
		{jose, "no applicable key found in the json web key set", Key}, {jose, "signature verification failed", Signature},
		{jose, "header parameter value not allowed", Algorithm}, {jose, "invalid compact jws", Malformed}, {jose, "invalid jwt", Malformed},
		{jose, "expected 200 ok from the json web key set", Trouble},

		{nodeJWT, "jwt audience invalid. expected: ", Audience}, {nodeJWT, "jwt issuer invalid. expected: ", Issuer},
		{nodeJWT, "jwt subject invalid. expected: ", Claim}, {nodeJWT, "jwt expired", Expired}, {nodeJWT, "jwt not active", NotYet},
		{nodeJWT, "jwt malformed", Malformed}, {nodeJWT, "jwt must be provided", Missing}, {nodeJWT, "jwt must be a string", Malformed},
		{nodeJWT, "jwt signature is required", Signature}, {nodeJWT, "maxage exceeded", StepUp},
		{nodeJWT, "secret or public key must be provided", Trouble},
		{jwksRSA, "unable to find a signing key that matches '", Key}, {jwksRSA, "signingkeynotfounderror", Key}, {jwksRSA, "jwksratelimiterror", Trouble},
		{expressJWT, "no authorization token was found", Missing}, {expressJWT, "format is authorization: bearer [token]", Malformed},
		{expressJWT, "the token has been revoked", Inactive},

		{flask, "missing authorization header", Missing}, {flask, "missing 'bearer' type in 'authorization' header", Malformed},
		{flask, "bad authorization header", Malformed}, {flask, "token has been revoked", Inactive}, {flask, `"token has expired"`, Expired},
		{pyjwt, "audience doesn't match", Audience}, {pyjwt, "token is missing the \"aud\" claim", Audience}, {pyjwt, "token is missing the \"…\" claim", Claim},
		{pyjwt, "the token is not yet valid", NotYet}, {pyjwt, "the specified alg value is not allowed", Algorithm},
		{pyjwt, "unable to find a signing key that matches: ", Key}, {pyjwt, "not enough segments", Malformed}, {pyjwt, "fail to fetch data from the url", Trouble},
		{pyjwt, "invalid header padding", Malformed}, {pyjwt, "invalid payload padding", Malformed}, {pyjwt, "invalid crypto padding", Malformed},
		{ruby, "invalid audience. expected ", Audience}, {ruby, "invalid issuer. expected ", Issuer}, {ruby, "not enough or too many segments", Malformed},
		{pyjwt + " or " + ruby, "signature has expired", Expired}, {pyjwt + " or " + php, "signature verification failed", Signature},
		{ruby, "signature verification raised", Signature},
		{pyjwt, "invalid audience", Audience}, {pyjwt, "invalid issuer", Issuer},
		{php, "expired token", Expired}, {php, "cannot handle token prior to ", NotYet}, {php, "wrong number of segments", Malformed}, {php, `"kid" invalid, unable to lookup correct key`, Key},
		{django, "authentication credentials were not provided", Missing}, {django, "given token not valid for any token type", Invalid},
		{laravel, `"unauthenticated."`, Missing}, {fastapi, `"not authenticated"`, Missing}, {fastapi, "could not validate credentials", Invalid},

		{golang, "token is expired", Expired}, {golang, "token is not valid yet", NotYet}, {golang, "token used before issued", NotYet},
		{golang, "token has invalid audience", Audience}, {golang, "token has invalid issuer", Issuer}, {golang, "token signature is invalid", Signature},
		{golang, "token contains an invalid number of segments", Malformed}, {golang, "token is malformed", Malformed},
		{golang, "verification error", Signature}, {golang, "token is unverifiable", Key},
		{goOIDC, "oidc: token is expired", Expired}, {goOIDC, "oidc: expected audience ", Audience},
		{goOIDC, "oidc: id token issued by a different provider", Issuer}, {goOIDC, "failed to verify signature", Signature}, {goOIDC, "oidc: malformed jwt", Malformed},
		{jwx, `"exp" not satisfied`, Expired}, {jwx, `"nbf" not satisfied`, NotYet}, {jwx, `"aud" not satisfied`, Audience}, {jwx, `"iss" not satisfied`, Issuer},
		{jwx, "could not verify message using any of the signatures or keys", Signature}, {jwx, "failed to find key with key id", Key},

		{envoy, "jwt is missing", Missing}, {envoy, "jwt is expired", Expired}, {envoy, "jwt not yet valid", NotYet}, {envoy, "jwt issuer is not configured", Issuer},
		{envoy, "audiences in jwt are not allowed", Audience}, {envoy, "jwt verification fails", Signature},
		{envoy, "jwks doesn't have key to match kid or alg from jwt", Key}, {envoy, "jwks remote fetch is failed", Trouble},
		{envoy, "jwt is not in the form of header.payload.signature", Malformed}, {envoy, "jwt header is an invalid json", Malformed},
		{envoy, "jwt header [alg]", Algorithm}, {istio, "rbac: access denied", Denied},

		{kong, "no credentials found for given '", Issuer}, {kong, "no mandatory '", Claim}, {kong, `"exp":"token expired"`, Expired}, {kong, `"nbf":"token not valid yet"`, NotYet},
		{kong, `"message":"invalid signature"`, Signature}, {kong, `"message":"invalid algorithm"`, Algorithm}, {kong, "bad token; ", Malformed},
		{kong, "no api key found in request", Route}, {kong, "multiple tokens provided", Malformed},
		{nodeJWT, "invalid signature", Signature}, {nodeJWT, "invalid algorithm", Algorithm},

		{aws, "the incoming token has expired", Expired}, {"", "the token has expired", Expired}, {aws, "the token does not have a valid audience", Audience},
		{aws, "missing authentication token", Route}, {aws, "not a valid key=value pair (missing equal-sign) in authorization header", Route},
		{aws, "oidc discovery endpoint communication error", Trouble}, {aws, "jwks communication error", Trouble},
		{aws, "user is not authorized to access this resource", Denied},
		{apim, "jwt not present", Missing}, {apim, "tokennotpresent", Missing}, {apim, "tokenexpired", Expired}, {apim, "tokenaudiencenotallowed", Audience},
		{apim, "tokenissuernotallowed", Issuer}, {apim, "tokensignatureinvalid", Signature}, {apim, "tokenclaimvaluenotallowed", Claim}, {apim, "tokenclaimnotfound", Claim},
		{apim, "invalid jwt.", Invalid}, {apim, "missing subscription key", Route}, {apim, "invalid subscription key", Route},
		{graph, "access token has expired or is not yet valid", Expired}, {graph, "access token validation failure. invalid audience", Audience},
		{graph, "compacttoken parsing failed", Malformed}, {graph, "access token is empty", Missing},
		{kubernetes, `forbidden: user "system:anonymous"`, Missing}, {kubernetes, `forbidden: user "`, Denied},
		{kubernetes, `"kind":"status"…"reason":"unauthorized"`, Invalid},
		{postgrest, "jwt claims validation or parsing failed", Claim}, {postgrest, "jwserror jwsinvalidsignature", Signature},
		{own, "the token is for another audience", Audience}, {own, "the token was issued by another issuer", Issuer},
		{own, "the signature of the token does not match", Signature}, {own, "no trusted key fits the token", Key},
		{own, "the algorithm of the token is not allowed", Algorithm}, {own, "this is an id token, not an access token", Claim},
		{openidc, "no bearer token found in the request", Missing}, {openidc, "jwt token could not be validated", Invalid},
		{mcpSDK, "missing authorization header", Missing}, {mcpSDK, "invalid authorization header format, expected 'bearer token'", Malformed}, {mcpSDK, "token has expired", Expired},
	}
}

// sign is a header field by which a product is known.
type sign struct{ product, name, value string }

func signs() []sign {
	return []sign{
		{"AWS API Gateway", "x-amzn-errortype", ""}, {"AWS API Gateway", "apigw-requestid", ""}, {"AWS API Gateway", "x-amz-apigw-id", ""},
		{"Envoy", "server", "envoy"}, {"Istio", "server", "istio-envoy"}, {"Kong", "via", "kong"}, {"Kong", "server", "kong"},
		{"Kong", "x-kong-response-latency", ""},
		{"Kubernetes", "audit-id", ""}, {"Express", "x-powered-by", "express"}, {"ASP.NET", "server", "kestrel"},
		{"oauth2-proxy", "gap-auth", ""}, {"Apache", "server", "apache"}, {"nginx", "server", "nginx"},
	}
}

// expectations find what the API says it expects, in its own words.
func expectations() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(?i)jwt (?:audience|issuer|subject) invalid\. expected: ([^"\s\\]+)`),
		regexp.MustCompile(`(?i)invalid (?:audience|issuer)\. expected ([^",\s]+)`),
		regexp.MustCompile(`(?i)oidc: expected audience \\?"([^"\\]+)`),
		regexp.MustCompile(`(?i)different provider, expected \\?"([^"\\]+)`),
		regexp.MustCompile(`(?i)did not match: validationParameters\.Valid(?:Audience|Issuer): '([^']+)'`),
	}
}
