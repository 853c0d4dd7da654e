package cmd

import (
	"context"
	"crypto/x509"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// networkOptions say how issuers are asked.
type networkOptions struct {
	timeout   string
	allowHTTP bool
	cacert    string
	headers   []string
	refresh   bool
	noCache   bool
	offline   bool
	verbose   bool
}

func (o *networkOptions) addFlags(c *cobra.Command) {
	inGroup(c.Flags(), groupNetwork, func(f *pflag.FlagSet) {
		f.StringVar(&o.timeout, "timeout", "10s", "give up after this `DURATION`, all requests together")
		f.BoolVar(&o.allowHTTP, "allow-http", false, "allow http to hosts other than this one")
		f.StringVar(&o.cacert, "cacert", "", "trust the certificate authorities in this PEM `FILE` instead of the system's")
		f.StringArrayVar(&o.headers, "header", nil, "send a header, `'Name: value'` or @FILE, to the origin that was named; repeat for more")
		f.BoolVar(&o.refresh, "refresh", false, "ask again, whatever is cached")
		f.BoolVar(&o.noCache, "no-cache", false, "neither read nor write the cache")
		f.BoolVar(&o.offline, "offline", false, "use the cache only, and no network at all")
		f.BoolVarP(&o.verbose, "verbose", "v", false, "say on stderr what is asked and what comes back")
	})
}

// check refuses flags that make no sense, whether or not anything is going to be
// fetched.
func (o *networkOptions) check() error {
	timeout, err := parseDuration("--timeout", o.timeout)
	switch {
	case err != nil:
		return err
	case timeout == 0:
		return usageError("--timeout is zero: nothing could be asked")
	case o.offline && o.refresh, o.offline && o.noCache:
		return usageError("--offline needs the cache: it does not go with --refresh or --no-cache")
	case o.offline && (o.cacert != "" || o.allowHTTP || len(o.headers) > 0):
		return usageError("--offline needs the cache, which runs with --cacert, --header or --allow-http do not use")
	}
	for _, argument := range o.headers {
		if strings.HasPrefix(argument, "@") {
			continue
		}
		if _, err := parseHeader(argument, false); err != nil {
			return err
		}
	}
	return nil
}

// client makes the client that the network flags ask for.
func (o *networkOptions) client(env *Env, printer *output.Printer) (*provider.Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	timeout, err := parseDuration("--timeout", o.timeout)
	if err != nil {
		return nil, err
	}
	config := provider.Config{
		RootCAs: env.RootCAs, Proxy: env.Proxy, DialContext: env.DialContext, Timeout: timeout, AllowHTTP: o.allowHTTP,
		Now: env.Now, CacheDir: cacheDir(env), NoCache: o.noCache, Refresh: o.refresh, Offline: o.offline,
		UserAgent: "claimcheck/" + readVersion().version,
		Warn:      func(message string) { printer.Warn(message) },
	}
	if o.verbose {
		config.Trace = func(e provider.Event) { printer.Trace(traceLine(e)) }
	}
	if config.Headers, err = o.readHeaders(); err != nil {
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
func (o *networkOptions) within(ctx context.Context) (context.Context, context.CancelFunc, error) {
	timeout, err := parseDuration("--timeout", o.timeout)
	if err != nil {
		return nil, nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, timeout)
	return bounded, cancel, nil
}

// cacheDir is the program's directory in the user's cache directory, or empty
// where there is none: then it goes on without a cache.
func cacheDir(env *Env) string {
	if dir := env.getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "claimcheck")
	}
	dir, err := env.CacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "claimcheck")
}

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

func (o *networkOptions) readHeaders() ([]provider.Header, error) {
	var headers []provider.Header
	for _, argument := range o.headers {
		lines := []string{argument}
		path, fromFile := strings.CutPrefix(argument, "@")
		if fromFile {
			data, err := readFile(path, maxFileSize)
			if err != nil {
				return nil, err
			}
			lines = strings.Split(strings.TrimSpace(string(data)), "\n")
		}
		for _, line := range lines {
			header, err := parseHeader(line, fromFile)
			if err != nil {
				return nil, err
			}
			headers = append(headers, header)
		}
	}
	return headers, nil
}

// parseHeader reads "Name: value". One that carries a secret must come from a
// file. The value never becomes part of an error.
func parseHeader(line string, fromFile bool) (provider.Header, error) {
	name, value, found := strings.Cut(strings.TrimRight(line, "\r"), ":")
	if !found || strings.TrimSpace(name) != name || name == "" {
		return provider.Header{}, usageError("--header is not 'Name: value'")
	}
	switch strings.ToLower(name) {
	case "authorization", "cookie", "proxy-authorization":
		if !fromFile {
			return provider.Header{}, usageError("--header: %s is a secret, which does not belong on a command line: use --header @FILE", name)
		}
	}
	return provider.Header{Name: name, Value: strings.TrimSpace(value)}, nil
}
