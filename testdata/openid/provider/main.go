// Command provider runs the example OpenID provider of github.com/zitadel/oidc
// on a loopback port that the system chooses:
//
//	provider REDIRECT_URI...
//
// The first line of its stdout is the issuer, printed when it listens; every
// further line is a request it got, as "GET /keys". It ends when its stdin does.
//
// Nothing of it is claimcheck's: accounts, clients, keys, login page and tokens
// are those of the example. Only the client "jwt" is added, for which the
// provider issues JWT access tokens; the example's own clients get opaque ones.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

func main() {
	if err := serve(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "provider:", err)
		os.Exit(1)
	}
}

// serve runs the provider until stdin ends.
func serve(redirectURIs []string, stdin io.Reader, stdout, stderr io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	issuer := "http://" + listener.Addr().String() + "/" // with the slash, as the example has it
	storage.RegisterClients(
		storage.NativeClient("native", redirectURIs...),
		storage.WebClient("web", "secret", redirectURIs...),
		storage.WebClient(jwtClientID, "secret", redirectURIs...),
	)
	users := storage.NewUserStore(issuer)
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	router := exampleop.SetupServer(issuer, store{storage.NewStorage(users)}, logger, false)
	server := &http.Server{Handler: announced(router, stdout)}
	if _, err := fmt.Fprintln(stdout, issuer); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// announced prints each request before it is answered.
func announced(next http.Handler, to io.Writer) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		_, _ = fmt.Fprintln(to, r.Method, r.URL.Path)
		mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// jwtClientID is the client that gets JWT access tokens.
const jwtClientID = "jwt"

// store is the example's, but for the one client.
type store struct{ *storage.Storage }

func (s store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := s.Storage.GetClientByClientID(ctx, id)
	if err == nil && id == jwtClientID {
		return jwtClient{client}, nil
	}
	return client, err
}

type jwtClient struct{ op.Client }

func (jwtClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
