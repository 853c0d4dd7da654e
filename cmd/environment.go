package cmd

import "github.com/spf13/pflag"

// applyEnvironment fills in what no flag has given. Where trust comes from is
// one setting: a source named by a flag puts the environment's aside.
func (o *verifyOptions) applyEnvironment(env *Env, flags *pflag.FlagSet) {
	o.network.applyEnvironment(env, flags)
	sourceGiven := flags.Changed("jwks") || flags.Changed("key") || flags.Changed("secret")
	if !sourceGiven && !flags.Changed("issuer") {
		o.trust.jwks = env.getenv("CLAIMCHECK_JWKS")
	}
	if !flags.Changed("issuer") && !flags.Changed("any-issuer") {
		o.demands.issuer = env.getenv("CLAIMCHECK_ISSUER")
	}
	if audience := env.getenv("CLAIMCHECK_AUDIENCE"); audience != "" && !flags.Changed("audience") && !flags.Changed("any-audience") {
		o.demands.audiences = []string{audience}
	}
	if !flags.Changed("client-id") {
		o.demands.clientID = env.getenv("CLAIMCHECK_CLIENT_ID")
	}
}
