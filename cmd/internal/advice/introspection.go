package advice

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// An Inactive is a token that its issuer calls inactive.
type Inactive struct {
	Claims   strictjson.Value // the token's own, unverified; absent for an opaque one
	Kind     verify.Kind      // what the token looks like
	Endpoint string           // that was asked
	Client   string           // that asked, or empty
	Compared bool             // the token was verified here as well
	At       time.Time        // the time of evaluation
}

// Why says why the server may call it inactive, or an empty string where nothing
// but the server knows. By far not every such token was revoked.
func (i Inactive) Why() string {
	iss, _ := i.Claims.Get("iss").Text()
	exp, expires := verify.NumericDate(i.Claims.Get("exp"))
	switch {
	case expires && !i.At.Before(exp) && !i.Compared:
		return "according to its unverified exp, it expired at " + output.FormatTime(exp, i.At)
	case i.Kind == verify.KindID:
		return "it looks like an ID token: servers introspect access and refresh tokens, not ID tokens; verify it instead"
	case iss != "" && otherHost(iss, i.Endpoint):
		return fmt.Sprintf("the token's unverified iss is %q, on another host than the one asked: "+
			"some servers (Keycloak) report such tokens as inactive", iss)
	case i.stranger():
		return fmt.Sprintf("client %q is not among the token's audiences: some servers (Zitadel) then report it as inactive", i.Client)
	case i.Claims.Exists() && !i.Compared:
		return "--compare verifies it here as well, and shows what is wrong with it"
	default:
		return ""
	}
}

// stranger reports whether the token is neither for the client that asks nor was
// issued to it.
func (i Inactive) stranger() bool {
	audiences := i.Claims.Get("aud").Texts()
	for _, name := range []string{"client_id", "azp", "cid", "appid"} {
		if client, _ := i.Claims.Get(name).Text(); client == i.Client {
			return false
		}
	}
	return i.Client != "" && len(audiences) > 0 && !slices.Contains(audiences, i.Client)
}

func otherHost(issuer, endpoint string) bool {
	a, errA := url.Parse(issuer)
	b, errB := url.Parse(endpoint)
	return errA == nil && errB == nil && a.Host != "" && b.Host != "" && !strings.EqualFold(a.Host, b.Host)
}

// RefusedClient is what to try where a server does not answer this client. methods
// are the ways to authenticate that its metadata names.
func RefusedClient(request provider.IntrospectionRequest, methods []string) string {
	const nothing = "that says nothing about the token: "
	switch {
	case request.AuthMethod == "none" && request.ClientID != "":
		return nothing + "the server requires authentication: add --client-secret, or --bearer"
	case request.AuthMethod == "none":
		return nothing + "the server requires authentication: add --client-id and --client-secret, or --bearer"
	case len(methods) > 0 && !slices.Contains(methods, request.AuthMethod):
		return nothing + "its metadata names " + strings.Join(methods, ", ") + " for introspection, see --auth"
	default:
		return nothing + "check the credentials, and --auth (basic, post or bearer)"
	}
}
