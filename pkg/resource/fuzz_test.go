package resource_test

import (
	"net/http"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/resource"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// FuzzCheck: whatever an API, its metadata and its issuer say, there is a chain, and
// each link of it has a name and words.
func FuzzCheck(f *testing.F) {
	f.Add("Bearer resource_metadata=\"https://api.example/m\"", `{"resource":"https://api.example/mcp","authorization_servers":["https://issuer.example"]}`, `{"issuer":"https://issuer.example","code_challenge_methods_supported":["S256"]}`)
	f.Add("Bearer scope=\"a b\", error=\"invalid_token\"", `{"resource":1,"authorization_servers":"x","bearer_methods_supported":[1],"scopes_supported":{}}`, `{"issuer":null}`)
	f.Add("", `{}`, `{}`)
	f.Fuzz(func(t *testing.T, field, metadata, server string) {
		object, err := strictjson.ParseObject([]byte(metadata))
		if err != nil {
			return
		}
		document, err := strictjson.ParseObject([]byte(server))
		if err != nil {
			return
		}
		e := &resource.Chain{
			URL:      "https://api.example/mcp?a=b",
			Response: &provider.Response{Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {field}}},
			Metadata: &provider.Document{Object: object, URL: "https://api.example/m", Status: http.StatusOK},
			Servers:  []resource.Server{{Issuer: "https://issuer.example", Metadata: &provider.Metadata{Document: document, Issuer: "https://issuer.example"}}},
		}
		for _, mcp := range []bool{false, true} {
			for _, link := range resource.Check(e, mcp).Links {
				if link.ID == "" || link.Message == "" {
					t.Errorf("%+v", link)
				}
			}
		}
	})
}
