package verify

// NotCheckedYet lists what is known and not checked by anything here, so that
// nobody takes silence for approval. confirmation and selective_disclosure, which
// say so in every report, are in the Catalogue.
func NotCheckedYet() []CheckInfo {
	return []CheckInfo{
		{"dpop_proof", "a DPoP proof that comes with a token", "RFC 9449 section 4.3"},
		{"protected_resource", "the metadata of a protected resource", "RFC 9728 section 3.3"},
		{"encrypted_content", "what is inside an encrypted token: it is refused whole", "RFC 7516"},
		{"introspection_jwt", "an introspection answer in the form of a JWT: it is no answer", "RFC 9701 section 5"},
		{"fapi2_profile", "the rules of the FAPI 2.0 security profile as a whole", "FAPI 2.0 Security Profile"},
	}
}
