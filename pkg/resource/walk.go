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
// no token anywhere. The error is for a context that is cancelled: anything else
// that cannot be fetched, even for lack of time, is evidence.
func Walk(ctx context.Context, client *provider.Client, url string) (*Evidence, error) {
	e := &Evidence{URL: url}
	accept := http.Header{"Accept": {"application/json, text/event-stream, */*;q=0.1"}}
	e.Response, e.Err = client.Send(ctx, provider.Request{Method: http.MethodGet, URL: url, Header: accept})
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	if e.Err != nil {
		return e, nil // what cannot be asked has no metadata either
	}
	e.metadata(ctx, client)
	for i, issuer := range e.servers() {
		if i == maxServers {
			break
		}
		s := Server{Issuer: issuer}
		s.Metadata, s.Err = client.DiscoverNamed(ctx, issuer, e.Metadata.URL)
		if s.Err == nil {
			s.Keys, s.KeysErr = client.KeysOf(ctx, s.Metadata, "")
		}
		e.Servers = append(e.Servers, s)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	return e, nil
}

// metadata fetches the metadata from the URL in the challenge or, without one, from
// both well-known URLs.
func (e *Evidence) metadata(ctx context.Context, client *provider.Client) {
	named := e.namedMetadata()
	inserted, root := wellKnown(e.URL)
	places := [][2]string{{foundInserted, inserted}, {foundRoot, root}}
	switch {
	case named != "":
		places = [][2]string{{foundNamed, named}}
	case root == inserted:
		places = places[:1]
	}
	var tried []string
	for _, place := range places {
		document, err := client.Document(ctx, place[1], e.URL)
		if err == nil {
			e.Metadata, e.Found = document, place[0]
			return
		}
		tried = append(tried, err.Error())
	}
	e.MetadataErr = errors.New(strings.Join(tried, "; "))
}

// namedMetadata is the address that the challenge names, or empty.
func (e *Evidence) namedMetadata() string {
	for _, c := range e.challenges() {
		if url := c.Param("resource_metadata"); url != "" {
			return url
		}
	}
	return ""
}

// challenges are those of the API, as far as they can be read.
func (e *Evidence) challenges() []challenge.Challenge {
	if e.Response == nil {
		return nil
	}
	list, _ := challenge.Parse(e.Response.Header.Values("WWW-Authenticate")...)
	return list
}

// servers are the authorization servers that the metadata names.
func (e *Evidence) servers() []string {
	list, _ := e.object().Get("authorization_servers").TextList()
	return list
}
