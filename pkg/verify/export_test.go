package verify

// The names of checks and diagnoses are strings to everybody else; tests are held
// to those that exist.
const (
	CheckPolicy       = checkPolicy
	CheckRepaired     = checkRepaired
	CheckStructure    = checkStructure
	CheckEncoding     = checkEncoding
	CheckHeader       = checkHeader
	CheckPayload      = checkPayload
	CheckCritical     = checkCritical
	CheckEmbeddedKey  = checkEmbeddedKey
	CheckAlgorithm    = checkAlgorithm
	CheckAdvertised   = checkAdvertised
	CheckKeySet       = checkKeySet
	CheckKey          = checkKey
	CheckCertificate  = checkCertificate
	CheckSignature    = checkSignature
	CheckIssuer       = checkIssuer
	CheckAudience     = checkAudience
	CheckExpiry       = checkExpiry
	CheckMinValidity  = checkMinValidity
	CheckNotBefore    = checkNotBefore
	CheckIssuedAt     = checkIssuedAt
	CheckLifetime     = checkLifetime
	CheckLeeway       = checkLeeway
	CheckSubject      = checkSubject
	CheckParty        = checkParty
	CheckKind         = checkKind
	CheckKindClaims   = checkKindClaims
	CheckClaimNames   = checkClaimNames
	CheckHeaderClaims = checkHeaderClaims
	CheckPrintable    = checkPrintable
	CheckConfirmation = checkConfirmation
	CheckDisclosure   = checkDisclosure
	CheckClient       = checkClient
	CheckNonce        = checkNonce
	CheckAccessHash   = checkAccessHash
	CheckCodeHash     = checkCodeHash
	CheckStateHash    = checkStateHash
	CheckAuthTime     = checkAuthTime
	CheckACR          = checkACR
	CheckAMR          = checkAMR
	CheckScope        = checkScope
	CheckRole         = checkRole
	CheckRequire      = checkRequire
	CheckAssert       = checkAssert
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
