package cmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/provider"
)

// A run is one run of a command that asks for or judges a token.
type run struct {
	env     *Env
	printer *output.Printer
	flags   *pflag.FlagSet
	args    []string
	now     time.Time        // of evaluation
	asking  *provider.Client // see client
}

// begin reads settings and the time of evaluation, before anything else is read.
// What keeps it from that is printed in the place of an answer.
func (o *judgeOptions) begin(ctx context.Context, env *Env, c *cobra.Command, args []string) (*run, error) {
	printer, err := o.output.printer(env)
	if err != nil {
		return nil, err
	}
	r := &run{env: env, printer: printer, flags: c.Flags(), args: args}
	o.typed = newRetryCommand(c.CommandPath(), c.Flags(), args)
	if err = refuseEmpty(r.flags); err == nil {
		err = o.settings.apply(env, r.flags)
	}
	if err == nil {
		err = o.network.check()
	}
	if err == nil {
		r.now, err = parseTime(o.demands.at, env.Now())
	}
	if err != nil {
		return nil, r.noAnswer(ctx, err)
	}
	return r, nil
}

func (r *run) noAnswer(ctx context.Context, err error) error {
	return noAnswer(ctx, r.env, r.printer, err)
}

// client makes the client that the network flags ask for. It is one for the whole
// run: what a flag names may be a pipe, which can be read once.
func (r *run) client(o *networkOptions) (*provider.Client, error) {
	if r.asking != nil {
		return r.asking, nil
	}
	var err error
	r.asking, err = o.client(r.env, r.printer)
	return r.asking, err
}

// end lets go of what the run holds.
func (r *run) end() {
	if r.asking != nil {
		r.asking.CloseIdleConnections()
	}
}
