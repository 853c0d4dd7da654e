package cmd

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// networkOptions say how issuers are asked.
type networkOptions struct {
	timeout   time.Duration
	allowHTTP bool
	cacert    string
	headers   []headerSource
	refresh   bool
	noCache   bool
	offline   bool
	verbose   bool
}

func (o *networkOptions) addFlags(c *cobra.Command) {
	o.timeout = 10 * time.Second
	inGroup(c.Flags(), groupNetwork, func(f *pflag.FlagSet) {
		durationVar(f, &o.timeout, "timeout", bounds{positive: true}, "limit for all requests")
		f.BoolVar(&o.allowHTTP, "allow-http", false, "allow http to hosts other than this one")
		fileVar(f, &o.cacert, "cacert", "FILE", "trust only the authorities in this PEM file")
		f.Var(newList(&o.headers, "HEADER", one(parseHeaderSource)), "header", "'Name: value' or @FILE, for the named origin only")
		f.BoolVar(&o.refresh, "refresh", false, "fetch again, whatever is cached")
		f.BoolVar(&o.noCache, "no-cache", false, "neither read nor write the cache")
		f.BoolVar(&o.offline, "offline", false, "use the cache only, no network")
		onOneLine(f, "fetch again; skip the cache; use only the cache", "refresh", "no-cache", "offline")
		f.BoolVarP(&o.verbose, "verbose", "v", false, "log requests and responses on stderr")
	})
}

// check refuses flags that make no sense, whether or not anything is going to be
// fetched.
func (o *networkOptions) check() error {
	switch {
	case o.offline && o.refresh, o.offline && o.noCache:
		return usageError("--offline needs the cache: it cannot be combined with --refresh or --no-cache")
	case o.offline && (o.cacert != "" || o.allowHTTP || len(o.headers) > 0):
		return usageError("--offline needs the cache, which is not used with --cacert, --header or --allow-http")
	default:
		return nil
	}
}

// usesCache reports whether cached documents may be used.
func (o *networkOptions) usesCache() bool {
	return !o.noCache && !o.refresh && !o.allowHTTP && o.cacert == "" && len(o.headers) == 0
}

// client makes the client that the network flags ask for.
func (o *networkOptions) client(env *Env, printer *output.Printer) (*provider.Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	var err error
	config := provider.Config{
		RootCAs: env.RootCAs, Proxy: env.Proxy, DialContext: env.DialContext, Timeout: o.timeout, AllowHTTP: o.allowHTTP,
		Now: env.Now, CacheDir: cacheDir(env), NoCache: o.noCache, Refresh: o.refresh, Offline: o.offline,
		UserAgent: "claimcheck/" + readVersion().Version,
		Warn:      printer.Warn,
	}
	if env.StderrIsTerminal && !o.verbose {
		config.Waiting = printer.Waiting
	}
	if o.verbose {
		config.Trace = func(e provider.Event) { printer.Trace(traceLine(e)) }
	}
	if config.Header, err = o.readHeaders(); err != nil {
		return nil, err
	}
	if config.CustomCAs, err = o.readCAs(); err != nil {
		return nil, err
	}
	client, err := provider.New(config)
	if err != nil {
		return nil, usageError("%w", err)
	}
	return client, nil
}

// within bounds all that a command asks, together.
func (o *networkOptions) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, o.timeout)
}

// cacheDir returns the program's directory in the user's cache directory. Where it is
// empty, the program runs without a cache.
func cacheDir(env *Env) string { return env.userDir("XDG_CACHE_HOME", env.CacheDir) }

func traceLine(e provider.Event) string {
	switch {
	case e.FromCache:
		return fmt.Sprintf("%s %s: from the cache", e.Method, e.URL)
	case e.Failure != "" && e.Status == 0:
		return fmt.Sprintf("%s %s: no answer (%s) in %s", e.Method, e.URL, e.Failure, output.FormatDuration(e.Duration.Round(100*time.Microsecond)))
	default:
		return fmt.Sprintf("%s %s: %d, %d bytes in %s", e.Method, e.URL, e.Status, e.Size, output.FormatDuration(e.Duration.Round(100*time.Microsecond)))
	}
}

func (o *networkOptions) readCAs() (*x509.CertPool, error) {
	if o.cacert == "" {
		return nil, nil
	}
	data, err := readFile(o.cacert, maxFileSize)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, unreadable("%s: no certificate in PEM", o.cacert)
	}
	return pool, nil
}

// A headerSource is a header, or the name of a file that holds some.
type headerSource struct {
	name, value string
	file        string
}

func parseHeaderSource(text string) (headerSource, error) {
	if path, fromFile := strings.CutPrefix(text, "@"); fromFile {
		path, err := parseFileName(path)
		return headerSource{file: path}, err
	}
	name, value, err := parseHeader(text)
	if err == nil && isCredential(name) {
		err = fmt.Errorf("takes %s from a file only: it is a secret, so write it as @FILE", name)
	}
	return headerSource{name: name, value: value}, err
}

func isCredential(name string) bool {
	return slices.Contains([]string{"authorization", "cookie", "proxy-authorization"}, strings.ToLower(name))
}

// parseHeader reads "Name: value". The value never becomes part of an error.
func parseHeader(line string) (name, value string, err error) {
	name, value, found := strings.Cut(strings.TrimRight(line, "\r"), ":")
	if !found || strings.TrimSpace(name) != name || name == "" {
		return "", "", &valueError{takes: "'Name: value' or @FILE"}
	}
	return name, strings.TrimSpace(value), nil
}

// readHeaders reads the headers that are in files.
func (o *networkOptions) readHeaders() (http.Header, error) {
	header := http.Header{}
	for _, source := range o.headers {
		if source.file == "" {
			header.Add(source.name, source.value)
			continue
		}
		data, err := readFile(source.file, maxFileSize)
		if err != nil {
			return nil, err
		}
		for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
			name, value, err := parseHeader(line)
			if err != nil {
				return nil, valueProblem("--header", err)
			}
			header.Add(name, value)
		}
	}
	return header, nil
}
