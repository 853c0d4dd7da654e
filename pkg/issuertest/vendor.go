package issuertest

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// A vendor is the shape of an issuer: where things are, and what its tokens look
// like. All shapes but the plain one imitate somebody's product.
type vendor struct {
	name, about    string
	issuer         string // the path of the issuer after its origin
	paths          paths
	accessType     string        // typ of access tokens; empty for none
	idType         string        // typ of ID tokens; empty for none
	accessLife     time.Duration // an hour if zero
	idLife         time.Duration
	opaque         bool   // access tokens are not JWTs
	noAudience     bool   // access tokens have no aud
	sameKinds      bool   // access and ID tokens differ only in their audience
	audience       string // of access tokens; empty for the issuer
	noCacheControl bool   // metadata and key set come without Cache-Control

	// What differs from the plain shape. Each function changes the claims of that
	// shape; nil changes nothing.
	access, id func(*facts, *claims)
	metadata   func(*claims)
	jwk        func(issuer string) claims // additional members
}

// paths are the paths of the endpoints after the origin, or their URLs. A product lacks
// those that are empty.
type paths struct {
	Authorization string `json:"authorization_endpoint,omitempty"`
	Token         string `json:"token_endpoint,omitempty"`
	Userinfo      string `json:"userinfo_endpoint,omitempty"`
	Keys          string `json:"jwks_uri,omitempty"`
	Introspection string `json:"introspection_endpoint,omitempty"`
	Revocation    string `json:"revocation_endpoint,omitempty"`
	EndSession    string `json:"end_session_endpoint,omitempty"`
	Device        string `json:"device_authorization_endpoint,omitempty"`
}

// below returns the paths with a prefix.
func (p paths) below(prefix string) paths {
	for _, path := range []*string{&p.Authorization, &p.Token, &p.Userinfo, &p.Keys, &p.Introspection, &p.Revocation, &p.EndSession, &p.Device} {
		if *path != "" {
			*path = prefix + *path
		}
	}
	return p
}

const (
	plain      = "plain"
	defaultAPI = "demo-api"
	defaultApp = "demo"
)

// vendors returns all shapes, starting with the plain one.
func vendors() []vendor {
	return []vendor{
		{
			name: plain, about: "no product: OpenID Connect and RFC 9068 by the book",
			paths:      paths{"/authorize", "/token", "/userinfo", "/jwks", "/introspect", "/revoke", "/end_session", "/device_authorization"},
			accessType: "at+jwt", idType: "JWT", audience: defaultAPI,
		},
		authgear(), authing(), auth0(), cognito(), entra(), githubActions(), google(), keycloak(), kubernetes(), okta(),
	}
}

// Vendors returns the shapes that Config.Like and Minter.Like know, each
// with a line about it. All but "plain" are imitations.
func Vendors() [][2]string {
	list := [][2]string{}
	for _, v := range vendors() {
		list = append(list, [2]string{v.name, v.about})
	}
	return list
}

func findVendor(name string) (vendor, error) {
	names := []string{}
	for _, v := range vendors() {
		if v.name == cmp.Or(name, plain) {
			v.accessLife, v.idLife = cmp.Or(v.accessLife, time.Hour), cmp.Or(v.idLife, time.Hour)
			return v, nil
		}
		names = append(names, v.name)
	}
	return vendor{}, fmt.Errorf("no shape is named %q: there are %s", name, strings.Join(names, ", "))
}
