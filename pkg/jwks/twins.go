package jwks

import "slices"

// refuseTwins refuses the public keys whose private half stands elsewhere in
// the set: anybody can sign with them, too. Where that half does not say whose it
// is, because the public members are missing, it may be that of any key of its type.
func (s *Set) refuseTwins() {
	published := map[string]bool{} // thumbprints
	var halves []string            // types
	for _, k := range s.Keys {
		switch {
		case k.Fault == nil || k.Fault.Code != FaultPrivate:
		case k.Thumbprint != "":
			published[k.Thumbprint] = true
		default:
			halves = append(halves, k.Type)
		}
	}
	for _, k := range s.Keys {
		switch {
		case k.Fault != nil:
		case published[k.Thumbprint]:
			k.Fault = &Fault{Code: FaultPrivate, Text: "its private key is published in the same set, so anybody can sign with it; replace it now"}
		case slices.Contains(halves, k.Type):
			k.Fault = &Fault{Code: FaultPrivate, Text: "a private key without its public half is published in the same set, and it may be this one's; replace it now"}
		}
	}
}
