package jwks

// refusePublished rejects the public keys whose private key is elsewhere in the set:
// anybody can sign with them. A private key without public members may match any key
// of its type and curve.
func (s *Set) refusePublished() {
	type kind struct{ kty, curve string }
	published := map[string]bool{} // thumbprints
	unknown := map[kind]bool{}     // of private keys that do not say which they are
	for _, k := range s.Keys {
		switch {
		case k.Fault == nil || k.Fault.Code != faultPrivate:
		case k.Thumbprint != "":
			published[k.Thumbprint] = true
		default:
			unknown[kind{k.Type, k.Curve}] = true
		}
	}
	for _, k := range s.Keys {
		switch {
		case k.Fault != nil:
		case published[k.Thumbprint]:
			k.Fault = &Fault{Code: faultPrivate, Text: "its private key is published in the same set, so anybody can sign with it; replace it now"}
		case unknown[kind{k.Type, k.Curve}], unknown[kind{k.Type, ""}]:
			k.Fault = &Fault{Code: faultPrivate, Text: "a private key without its public members is published in the same set, and it may be this one's; replace it now"}
		}
	}
}
