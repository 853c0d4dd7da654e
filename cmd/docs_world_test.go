package cmd

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A docsWorld is what the commands of the documentation see: files in a
// directory, and issuers that answer under their own names.
type docsWorld struct {
	dir  string
	env  *Env
	code int // of the last command
}

// docsIssuers are the host names under which the server answers.
func docsIssuers() []string {
	return []string{"issuer.example", "login.staging.example.com", "app.authgear.cloud", "app.authing.cn", "api.example", "keycloak.example", "keycloak"}
}

func newDocsWorld(t *testing.T) *docsWorld {
	t.Helper()
	w := &docsWorld{dir: t.TempDir()}
	roots, address := serveDocs(t)
	variables := map[string]string{"SECRET": "0123456789abcdef0123456789abcdef", "CLIENT_SECRET": "client-secret"}
	w.env = docsEnv(w.dir, address, variables)
	w.env.RootCAs = roots
	w.write(t)
	w.writeProfiles(t)
	variables["TOKEN"] = readRepoFile(t, filepath.Join(w.dir, "token.jwt"))
	return w
}

// docsEnv is a terminal of 80 columns whose every connection leads to one address.
func docsEnv(dir, address string, variables map[string]string) *Env {
	variables["LANG"], variables["NO_COLOR"] = "C.UTF-8", "1"
	dialer := &net.Dialer{}
	return &Env{
		StdoutIsTerminal: true, StderrIsTerminal: true, Width: 80, Now: docsNow,
		LookupEnv: func(name string) (string, bool) {
			value, ok := variables[name]
			return value, ok
		},
		CacheDir:  func() (string, error) { return filepath.Join(dir, ".cache"), nil },
		ConfigDir: func() (string, error) { return filepath.Join(dir, ".config"), nil },
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
	}
}

// serveDocs starts the server behind all issuers.
func serveDocs(t *testing.T) (*x509.CertPool, string) {
	t.Helper()
	keys := publicSet("rsa")
	orders := protect(t, keys, verify.Policy{Issuer: "https://issuer.example", Audiences: []string{"api"}}, docsNow)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		origin := "https://" + r.Host
		if r.URL.Path == "/.well-known/openid-configuration" && strings.HasPrefix(r.Host, "keycloak") {
			http.NotFound(w, r) // only realms have metadata
			return
		}
		switch r.URL.Path {
		case "/.well-known/openid-configuration", "/oidc/.well-known/openid-configuration":
			prefix, _ := strings.CutSuffix(r.URL.Path, "/.well-known/openid-configuration")
			_, _ = fmt.Fprint(w, docsMetadata(origin+prefix, r.Host))
		case "/oauth2/jwks", "/keys", "/oidc/.well-known/jwks.json":
			_, _ = w.Write(keys)
		case "/orders":
			orders.ServeHTTP(w, r)
		case "/mcp":
			w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp", scope="mcp:read"`)
			w.WriteHeader(http.StatusUnauthorized)
		case "/.well-known/oauth-protected-resource/mcp":
			_, _ = io.WriteString(w, `{"resource":"https://api.example/mcp","authorization_servers":["https://issuer.example"],"scopes_supported":["mcp:read"]}`)
		case "/realms/demo/.well-known/openid-configuration":
			_, _ = io.WriteString(w, keycloakMetadata)
		case "/realms/demo/protocol/openid-connect/certs":
			_, _ = w.Write(keys)
		case "/realms/demo/protocol/openid-connect/token/introspect":
			_, _ = fmt.Fprintf(w, `{"active":%t}`, r.Host == "keycloak.example")
		case "/introspect":
			_, _ = io.WriteString(w, `{"active":true,"sub":"user-1","exp":1767229200}`)
		case "/api/v2/oidc/validate_token":
			_, _ = io.WriteString(w, `{"code":400,"message":"id_token is not valid"}`)
		default:
			http.NotFound(w, r)
		}
	}))
	certificate, roots := docsCertificate(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	return roots, server.Listener.Addr().String()
}

// keycloakMetadata is the part of a realm's metadata that the documentation needs.
const keycloakMetadata = `{"issuer":"https://keycloak.example/realms/demo",` +
	`"authorization_endpoint":"https://keycloak.example/realms/demo/protocol/openid-connect/auth",` +
	`"token_endpoint":"https://keycloak.example/realms/demo/protocol/openid-connect/token",` +
	`"introspection_endpoint":"https://keycloak.example/realms/demo/protocol/openid-connect/token/introspect",` +
	`"jwks_uri":"https://keycloak.example/realms/demo/protocol/openid-connect/certs",` +
	`"response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}`

func docsMetadata(issuer, host string) string {
	keys, introspection := issuer+"/keys", fmt.Sprintf(`"introspection_endpoint":%q,`, issuer+"/introspect")
	switch host {
	case "app.authgear.cloud":
		keys, introspection = issuer+"/oauth2/jwks", ""
	case "app.authing.cn":
		keys, introspection = issuer+"/.well-known/jwks.json", ""
	}
	return fmt.Sprintf(`{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q,%s`+
		`"response_types_supported":["code"],"subject_types_supported":["public"],"code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":true,"id_token_signing_alg_values_supported":["RS256"],`+
		`"grant_types_supported":["authorization_code","refresh_token"],"scopes_supported":["openid","profile"]}`,
		issuer, issuer+"/oauth2/authorize", issuer+"/oauth2/token", keys, introspection)
}

// docsCertificate makes a certificate for the issuers' names, which is its own
// authority.
func docsCertificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: docsIssuers(),
		NotBefore: docsNow().Add(-time.Hour), NotAfter: docsNow().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func repoKey(name string) jose.JSONWebKey {
	data, err := os.ReadFile(filepath.Join(repoTop(), "testdata", "keys", name+".private.jwk"))
	if err != nil {
		panic(err)
	}
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(data); err != nil {
		panic(err)
	}
	return key
}

func publicSet(names ...string) []byte {
	set := jose.JSONWebKeySet{}
	for _, name := range names {
		key := repoKey(name)
		set.Keys = append(set.Keys, key.Public())
	}
	data, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(data, '\n')
}

// mintToken signs claims with a key of testdata/keys.
func mintToken(key, header, claims string) string {
	var fields struct {
		Alg string `json:"alg"`
	}
	if err := json.Unmarshal([]byte(header), &fields); err != nil {
		panic(err)
	}
	input := encode(header) + "." + encode(claims)
	raw, err := rawSignature(repoKey(key), fields.Alg, []byte(input))
	if err != nil {
		panic(err)
	}
	return input + "." + encode(string(raw)) + "\n"
}

// write makes the files that the documentation speaks of.
func (w *docsWorld) write(t *testing.T) {
	t.Helper()
	const (
		rs  = `{"alg":"RS256","kid":"rsa","typ":"JWT"}`
		at  = `{"alg":"RS256","kid":"rsa","typ":"at+jwt"}`
		now = 1767225600
	)
	times := func(life int) string { return fmt.Sprintf(`"iat":%d,"exp":%d`, now, now+life) }
	client := publicSet("rsa")
	files := map[string]string{
		"keys.json":     string(client),
		"key.jwk":       readRepoFile(t, filepath.Join(repoTop(), "testdata", "keys", "rsa.private.jwk")),
		"public.pem":    readRepoFile(t, filepath.Join(repoTop(), "testdata", "keys", "rsa.public.pem")),
		"secret.txt":    "0123456789abcdef0123456789abcdef\n",
		"opaque.txt":    "xWqM7yQ0bV3nT9\n",
		"id-token.jwt":  readRepoFile(t, filepath.Join(repoTop(), "testdata", "authing", "id-token.jwt")),
		"jwks.json":     readRepoFile(t, filepath.Join(repoTop(), "testdata", "authing", "jwks.json")),
		"token.jwt":     mintToken("rsa", at, `{"iss":"https://issuer.example","aud":"api","sub":"user-1","client_id":"web","jti":"t-1","scope":"read write",`+times(3600)+`}`),
		"expired.jwt":   mintToken("rsa", at, `{"iss":"https://issuer.example","aud":"api","sub":"user-1","client_id":"web","jti":"t-1",`+times(300)+`}`),
		"mcp.jwt":       mintToken("rsa", at, `{"iss":"https://issuer.example","aud":"https://api.example/mcp","sub":"user-1","client_id":"web","jti":"t-1","scope":"mcp:read",`+times(3600)+`}`),
		"slash.jwt":     mintToken("rsa", at, `{"iss":"https://issuer.example/","aud":"api","sub":"user-1","client_id":"web","jti":"t-1",`+times(3600)+`}`),
		"stranger.jwt":  mintToken("rsa2", at, `{"iss":"https://issuer.example","aud":"api","sub":"user-1","client_id":"web","jti":"t-1",`+times(3600)+`}`),
		"unknown.jwt":   mintToken("rsa2", `{"alg":"RS256","kid":"2025-12","typ":"at+jwt"}`, `{"iss":"https://issuer.example","aud":"api","sub":"user-1",`+times(3600)+`}`),
		"access.jwt":    mintToken("rsa", at, `{"iss":"https://app.authgear.cloud","aud":["https://app.authgear.cloud"],"sub":"user-1","client_id":"my-client","jti":"t-1","scope":"openid","auth_time":1767223800,"amr":["pwd"],"https://authgear.com/claims/user/is_verified":true,"https://authgear.com/claims/user/roles":["editor"],`+times(1800)+`}`),
		"id.jwt":        mintToken("rsa", rs, `{"iss":"https://app.authgear.cloud","aud":["my-client"],"sub":"user-1","auth_time":1767223800,"amr":["pwd"],"sid":"s-1","https://authgear.com/claims/user/is_verified":true,`+times(300)+`}`),
		"hs256.jwt":     mintToken("docs-secret", `{"alg":"HS256","typ":"JWT"}`, `{"iss":"https://app.authing.cn/oidc","aud":"app-id","sub":"user-1","nonce":"n-1",`+times(3600)+`}`),
		"rs256.jwt":     mintToken("rsa", rs, `{"iss":"https://app.authing.cn/oidc","aud":"app-id","sub":"user-1","nonce":"n-1",`+times(3600)+`}`),
		"unsigned.jwt":  encode(`{"alg":"none"}`) + "." + encode(`{"sub":"user-1"}`) + ".\n",
		"keycloak.jwt":  mintToken("rsa", rs, `{"iss":"https://keycloak.example/realms/demo","aud":"account","sub":"user-1","typ":"Bearer","azp":"web-app","jti":"t-1","scope":"openid profile","realm_access":{"roles":["editor"]},`+times(3600)+`}`),
		"realm.json":    realmDocument(t),
		"id-of-api.jwt": mintToken("rsa", rs, `{"iss":"https://issuer.example","aud":"web","sub":"user-1","nonce":"n-1",`+times(3600)+`}`),
		"truncated.jwt": encode(rs) + "." + encode(`{"sub":"user-1"}`) + "\n",
	}
	maps.Copy(files, docsExchanges(strings.TrimSpace(files["expired.jwt"])))
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// realmDocument is what Keycloak shows at the address of a realm.
func realmDocument(t *testing.T) string {
	t.Helper()
	block, _ := pem.Decode([]byte(readRepoFile(t, filepath.Join(repoTop(), "testdata", "keys", "rsa.public.pem"))))
	return fmt.Sprintf(`{"realm":"demo","public_key":%q,"token-service":"https://keycloak.example/realms/demo/protocol/openid-connect"}`,
		base64.StdEncoding.EncodeToString(block.Bytes)) + "\n"
}

// docsExchanges are what curl and a browser recorded of an API that refused a token.
func docsExchanges(token string) map[string]string {
	const challenge = `Bearer error="invalid_token", error_description="the token has expired"`
	return map[string]string{
		"exchange.txt": "> GET /orders HTTP/2\n> Host: api.example\n> Authorization: Bearer " + token + "\n>\n" +
			"< HTTP/2 401\n< www-authenticate: " + challenge + "\n< date: Thu, 01 Jan 2026 00:10:00 GMT\n<\n",
		"exchange.har": fmt.Sprintf(`{"log":{"entries":[{"request":{"method":"GET","url":"https://api.example/orders","headers":[{"name":"Authorization","value":%q}]},`+
			`"response":{"status":401,"headers":[{"name":"WWW-Authenticate","value":%q}],"content":{"text":""}}}]}}`, "Bearer "+token, challenge),
		"answer.txt": `{"message":"jwt audience invalid. expected: billing"}`,
	}
}

// writeProfiles makes the example of docs/configuration.md the user's own.
func (w *docsWorld) writeProfiles(t *testing.T) {
	t.Helper()
	page := readRepoFile(t, filepath.Join(repoTop(), "docs", "configuration.md"))
	_, rest, _ := strings.Cut(page, "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("no example of profiles")
	}
	dir := filepath.Join(w.dir, ".config", "claimcheck")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(w.dir, "claimcheck.yaml"), filepath.Join(dir, "config.yaml")} {
		if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// repoTop is the top of the repository, whatever directory a test is in.
func repoTop() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			panic("no go.mod above the test")
		}
	}
}
