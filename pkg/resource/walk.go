package resource

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/challenge"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// maxServers is the number of authorization servers that Walk asks.
const maxServers = 5

// Walk asks an API once, by GET and without a token, then for its metadata, and
// for the metadata and the keys of the authorization servers it names. It sends
// no token anywhere. With mcp, it also requires what the MCP authorization
// specification of 2025-11-25 demands. The error is a *provider.FetchError if the API
// gives no answer, or that of a context that is cancelled: anything else that cannot
// be fetched, even for lack of time, is a broken link.
func Walk(ctx context.Context, client *provider.Client, url string, mcp bool) (*Chain, error) {
	c := &Chain{URL: url, mcp: mcp}
	accept := http.Header{"Accept": {"application/json, text/event-stream, */*;q=0.1"}}
	var err error
	c.Response, err = client.Send(ctx, provider.Request{Method: http.MethodGet, URL: url, Header: accept})
	if err != nil {
		return nil, err
	}
	c.fetchMetadata(ctx, client)
	issuers, _ := c.object().Get("authorization_servers").TextList()
	for _, issuer := range issuers[:min(len(issuers), maxServers)] {
		s := Server{Issuer: issuer}
		s.Metadata, s.Err = client.DiscoverNamed(ctx, issuer, c.Metadata.URL)
		if s.Err == nil {
			s.Keys, s.KeysErr = client.KeysOf(ctx, s.Metadata, "")
		}
		c.Servers = append(c.Servers, s)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	c.check()
	return c, nil
}

// fetchMetadata fetches the metadata from the URL in the challenge or, without one,
// from both well-known URLs.
func (c *Chain) fetchMetadata(ctx context.Context, client *provider.Client) {
	named := c.parameter("resource_metadata")
	inserted, root := wellKnown(c.URL)
	places := [][2]string{{foundInserted, inserted}, {foundRoot, root}}
	switch {
	case named != "":
		places = [][2]string{{foundNamed, named}}
	case root == inserted:
		places = places[:1]
	}
	var tried []string
	for _, place := range places {
		document, err := client.Document(ctx, place[1], c.URL)
		if err == nil {
			c.Metadata, c.Found = document, place[0]
			return
		}
		tried = append(tried, err.Error())
	}
	c.MetadataErr = errors.New(strings.Join(tried, "; "))
}

// parameter returns a parameter of the first of the API's challenges that has it, or
// an empty string.
func (c *Chain) parameter(name string) string {
	list, _ := challenge.Parse(c.Response.Header.Values("WWW-Authenticate")...)
	for _, one := range list {
		if value := one.Param(name); value != "" {
			return value
		}
	}
	return ""
}
