package issuertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// maxForm is the size in bytes of the largest form that the issuer reads.
const maxForm = 1 << 20

// The pages that people see.
const (
	pathLogin  = "/login"
	pathDevice = "/device"
	pathLogout = "/signed-out"
)

// handler is the issuer as an http.Handler.
func (i *Issuer) handler() http.Handler {
	mux := http.NewServeMux()
	path := strings.TrimSuffix(i.shape.issuer, "/")
	metadata := open(i.serveMetadata)
	mux.Handle("GET "+path+"/.well-known/openid-configuration", metadata)
	mux.Handle("GET /.well-known/oauth-authorization-server"+path, metadata) // RFC 8414 section 3.1
	p := i.shape.paths
	for path, handler := range map[string]http.Handler{
		"GET " + p.Keys:           open(i.serveKeys),
		"POST " + p.Token:         open(i.forClients(i.grantTokens)),
		"OPTIONS " + p.Token:      open(preflight),
		"GET " + p.Userinfo:       open(i.serveUserinfo),
		"POST " + p.Userinfo:      open(i.serveUserinfo),
		"OPTIONS " + p.Userinfo:   open(preflight),
		"POST " + p.Introspection: i.forClients(i.introspect),
		"POST " + p.Revocation:    i.forClients(i.revokeToken),
		"POST " + p.Device:        i.forClients(i.beginDevice),
		p.Authorization:           http.HandlerFunc(i.serveAuthorization),
		p.EndSession:              http.HandlerFunc(i.serveEndSession),
		"POST " + pathLogin:       http.HandlerFunc(i.serveLogin),
		"GET " + pathDevice:       http.HandlerFunc(i.serveDevicePage),
		"POST " + pathDevice:      http.HandlerFunc(i.serveDeviceAnswer),
		"GET " + pathLogout:       http.HandlerFunc(i.serveSignedOut),
	} {
		if strings.Contains(path, "/") { // the shape has it
			mux.Handle(path, handler)
		}
	}
	return mux
}

// open is a handler that scripts of any page may read the answer of, as single-page
// applications need it.
func open(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		handler(w, r)
	})
}

// preflight answers the question of a browser that a script of another page wants to
// send credentials.
func preflight(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.WriteHeader(http.StatusNoContent)
}

// forClients returns a handler that authenticates the client first. It responds with
// the document that answer returns, with an empty body if that is absent, or with the
// error.
func (i *Issuer) forClients(answer func(*http.Request, *Client) (strictjson.Value, *oauthError)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		document := strictjson.Value{}
		client, refused := i.authenticate(r)
		if refused == nil {
			document, refused = answer(r, client)
		}
		switch {
		case refused != nil:
			refused.write(w)
		case document.Exists():
			writeJSON(w, http.StatusOK, document)
		default:
			w.Header().Set("Cache-Control", "no-store")
		}
	}
}

// traced bounds what is read, and tells of each request.
func (i *Issuer) traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		if i.trace != nil {
			i.trace(r.Method, r.URL.Path, recorder.status)
		}
	})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func writeJSON(w http.ResponseWriter, status int, document strictjson.Value) {
	w.Header().Set("Cache-Control", "no-store")
	writeDocument(w, status, document)
}

// publish answers with metadata or keys, which clients may keep.
func (i *Issuer) publish(w http.ResponseWriter, document strictjson.Value) {
	if !i.shape.noCacheControl {
		w.Header().Set("Cache-Control", "public, max-age=600")
	}
	writeDocument(w, http.StatusOK, document)
}

func writeDocument(w http.ResponseWriter, status int, document strictjson.Value) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(document.String())) // the client may have gone
}

// An oauthError is an error of RFC 6749 section 5.2.
type oauthError struct {
	code, description string
}

func refuse(code, format string, args ...any) *oauthError {
	return &oauthError{code, fmt.Sprintf(format, args...)}
}

func (e *oauthError) write(w http.ResponseWriter) {
	status := http.StatusBadRequest
	if e.code == "invalid_client" {
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="claimcheck issuer"`)
	}
	writeJSON(w, status, object("error", e.code, "error_description", e.description))
}

func (i *Issuer) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	i.publish(w, i.metadata())
}

func (i *Issuer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	document := keySet(i.ring.published(i.now())...)
	if i.shape.jwk == nil {
		i.publish(w, document)
		return
	}
	list := []strictjson.Value{}
	for _, key := range document.Get("keys").Items() {
		list = append(list, strictjson.From(slices.Concat(key.Members(), i.shape.jwk(i.URL))))
	}
	i.publish(w, object("keys", list))
}

// metadata is the document of OpenID Connect Discovery section 3 and RFC 8414
// section 2.
func (i *Issuer) metadata() strictjson.Value {
	m := claims{}
	m.set("issuer", i.URL)
	m = append(m, strictjson.From(i.shape.paths.below(i.origin)).Members()...)
	m.set(
		"subject_types_supported", []string{"public"},
		"id_token_signing_alg_values_supported", []string{i.ring.current().Algorithm},
		"scopes_supported", []string{"openid", "profile", "email", "offline_access"},
		"token_endpoint_auth_methods_supported", []string{"client_secret_basic", "client_secret_post", "none"})
	if i.shape.paths.Authorization == "" {
		m.set("response_types_supported", []string{"id_token"}, "grant_types_supported", []string{"client_credentials"})
	} else {
		i.loginMetadata(&m)
	}
	if i.shape.metadata != nil {
		i.shape.metadata(&m)
	}
	return m.value()
}

// loginMetadata is what an issuer says whose users can log in.
func (i *Issuer) loginMetadata(m *claims) {
	grants := []string{"authorization_code", "client_credentials", "refresh_token", "password"}
	if i.shape.paths.Device != "" {
		grants = append(grants, deviceGrant)
	}
	m.set("response_types_supported", []string{"code"},
		"response_modes_supported", []string{"query"},
		"grant_types_supported", grants,
		"code_challenge_methods_supported", []string{"S256"},
		"prompt_values_supported", []string{"none", "login"},
		"claims_supported", []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "name", "preferred_username", "email", "email_verified"},
		"authorization_response_iss_parameter_supported", true) // RFC 9207
	if i.shape.paths.EndSession != "" {
		m.set("backchannel_logout_supported", true, "backchannel_logout_session_supported", true)
	}
}
