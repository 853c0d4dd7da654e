// Package resource follows the chain that leads a client from an API to a token
// for it (RFC 9728): the API's challenge, its metadata, the authorization servers
// that these name, their keys, and perhaps a token.
//
// Walk makes all requests and says which links work. Nothing is guessed: a link that
// depends on a broken one is not checked.
package resource

import (
	"fmt"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Link is one step of the chain.
type Link struct {
	ID string `json:"id"` // such as "resource_identifier"
	// Status is verify.Failed where clients that follow the specification stop, and
	// verify.Warning for what does not work with every client.
	Status verify.Status `json:"status"`
	Server string        `json:"server,omitempty"` // the authorization server concerned, or empty
	// Message describes the link. It quotes servers: escape it before it reaches
	// a terminal.
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"`  // what the operator of the API or of the server must change, or empty
	Spec    string `json:"spec,omitempty"` // section of the specification, or empty
	// Unavailable reports that something could not be fetched or the token could not
	// be checked. That is not a finding.
	Unavailable bool `json:"-"`
}

// A Chain is what was fetched, and the links that follow from it.
type Chain struct {
	URL      string             // the API's URL, as the user typed it
	Response *provider.Response // to a GET without a token

	Metadata    *provider.Document // or nil
	MetadataErr error              // why Metadata is nil, for each URL
	// Found says where the address of the metadata comes from: "resource_metadata",
	// the challenge (RFC 9728 section 5.1); "inserted", the well-known suffix before
	// the path of the URL (section 3.1); or "root", the well-known address of the
	// host.
	Found string

	Servers []Server // in the order of the metadata

	Links []Link // in order
	// Unavailable reports that something could not be fetched or the token could not
	// be checked. Nothing is known about it then.
	Unavailable bool
	Report      *verify.Report // of the token, or nil
	Reason      verify.Reason  // why the token is refused, or empty

	mcp bool // what the MCP authorization specification demands is required
}

// The values of Chain.Found.
const (
	foundNamed    = "resource_metadata"
	foundInserted = "inserted"
	foundRoot     = "root"
)

// A Server is an authorization server that the metadata names.
type Server struct {
	Issuer   string             // as the metadata names it
	Metadata *provider.Metadata // or nil
	Err      error              // why Metadata is nil, or that it is for another issuer
	Keys     *provider.KeySet   // or nil
	KeysErr  error              // why the keys could not be fetched
}

// say adds a link.
func (c *Chain) say(id string, status verify.Status, spec, fix, format string, args ...any) {
	c.Links = append(c.Links, Link{ID: id, Status: status, Message: fmt.Sprintf(format, args...), Fix: fix, Spec: spec})
}

// unavailable adds a link to something that could not be fetched or checked.
func (c *Chain) unavailable(id string, status verify.Status, spec, fix, message string) {
	c.Links = append(c.Links, Link{ID: id, Status: status, Message: message, Fix: fix, Spec: spec, Unavailable: true})
	c.Unavailable = true
}

// Broken returns the first link that failed, or nil.
func (c *Chain) Broken() *Link {
	for i := range c.Links {
		if c.Links[i].Status == verify.Failed {
			return &c.Links[i]
		}
	}
	return nil
}

// object returns the API's metadata, or the absent value.
func (c *Chain) object() strictjson.Value {
	if c.Metadata == nil {
		return strictjson.Value{}
	}
	return c.Metadata.Object
}
