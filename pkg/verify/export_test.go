package verify

// The names of checks and diagnoses are strings to everybody else; tests are held
// to those that exist.
var (
	CheckPolicy       = checkPolicy.id()
	CheckRepaired     = checkRepaired.id()
	CheckStructure    = checkStructure.id()
	CheckEncoding     = checkEncoding.id()
	CheckHeader       = checkHeader.id()
	CheckPayload      = checkPayload.id()
	CheckCritical     = checkCritical.id()
	CheckEmbeddedKey  = checkEmbeddedKey.id()
	CheckAlgorithm    = checkAlgorithm.id()
	CheckAdvertised   = checkAdvertised.id()
	CheckKeySet       = checkKeySet.id()
	CheckKey          = checkKey.id()
	CheckCertificate  = checkCertificate.id()
	CheckSignature    = checkSignature.id()
	CheckIssuer       = checkIssuer.id()
	CheckAudience     = checkAudience.id()
	CheckExpiry       = checkExpiry.id()
	CheckMinValidity  = checkMinValidity.id()
	CheckNotBefore    = checkNotBefore.id()
	CheckIssuedAt     = checkIssuedAt.id()
	CheckLifetime     = checkLifetime.id()
	CheckLeeway       = checkLeeway.id()
	CheckSubject      = checkSubject.id()
	CheckParty        = checkParty.id()
	CheckKind         = checkKind.id()
	CheckKindClaims   = checkKindClaims.id()
	CheckClaimNames   = checkClaimNames.id()
	CheckHeaderClaims = checkHeaderClaims.id()
	CheckPrintable    = checkPrintable.id()
	CheckConfirmation = checkConfirmation.id()
	CheckDisclosure   = checkDisclosure.id()
	CheckClient       = checkClient.id()
	CheckNonce        = checkNonce.id()
	CheckAccessHash   = checkAccessHash.id()
	CheckCodeHash     = checkCodeHash.id()
	CheckStateHash    = checkStateHash.id()
	CheckAuthTime     = checkAuthTime.id()
	CheckACR          = checkACR.id()
	CheckAMR          = checkAMR.id()
	CheckScope        = checkScope.id()
	CheckRole         = checkRole.id()
	CheckRequire      = checkRequire.id()
	CheckAssert       = checkAssert.id()
)

// The kinds of Diagnosis.
const (
	OpaqueToken             = opaqueToken
	NoToken                 = noToken
	EncryptedToken          = encryptedToken
	EncryptedWithSecret     = encryptedWithSecret
	EncryptedSession        = encryptedSession
	EncryptedForAuth0       = encryptedForAuth0
	JsonSerialisation       = jsonSerialisation
	TruncatedToken          = truncatedToken
	WhiteSpace              = whiteSpace
	PaddedBase64            = paddedBase64
	DisclosuresAdded        = disclosuresAdded
	Unsigned                = unsigned
	SecretNeeded            = secretNeeded
	PublicKeyNeeded         = publicKeyNeeded
	ShortSecret             = shortSecret
	WeakSecret              = weakSecret
	OtherSecret             = otherSecret
	AlgorithmExcluded       = algorithmExcluded
	KeyIDUnknown            = keyIDUnknown
	KeyInX5C                = keyInX5C
	KeyOfOtherType          = keyOfOtherType
	KeysUnusable            = keysUnusable
	SignedByOtherKey        = signedByOtherKey
	Tampered                = tampered
	DifferentCase           = differentCase
	DifferentSlash          = differentSlash
	DifferentScheme         = differentScheme
	DifferentPort           = differentPort
	DifferentHost           = differentHost
	DifferentPrefix         = differentPrefix
	SchemeMissing           = schemeMissing
	DifferentValue          = differentValue
	IssuerTemplate          = issuerTemplate
	AudienceIsIssuer        = audienceIsIssuer
	AudienceIsClient        = audienceIsClient
	AudienceIsEndpoint      = audienceIsEndpoint
	ClientAssertion         = clientAssertion
	ClientInsteadOfAudience = clientInsteadOfAudience
	ClientAsAudience        = clientAsAudience
	AudienceIsElsewhere     = audienceIsElsewhere
	ClaimMissing            = claimMissing
	ClaimAtUserinfo         = claimAtUserinfo
	ImmutableSubject        = immutableSubject
	ValuesMissing           = valuesMissing
	ScopeElsewhere          = scopeElsewhere
	RolesElsewhere          = rolesElsewhere
	GroupsOverage           = groupsOverage
	HashOfOtherSize         = hashOfOtherSize
	HashOfDecoded           = hashOfDecoded
	OtherParty              = otherParty
	NeverBearer             = neverBearer
	ClockSkew               = clockSkew
	Milliseconds            = milliseconds
	NotYetTime              = notYetTime
	ExpiredToken            = expiredToken
	ReauthenticationNeeded  = reauthenticationNeeded
	KnownService            = knownService
)

// What only the package itself needs.
var (
	LeftHalfHash = leftHalfHash
	Lookup       = lookup
	Reasons      = reasons
)

// KindOther is not exported outside tests, because no policy can require it.
const KindOther = kindOther
