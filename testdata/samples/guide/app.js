// The sample of Authgear's backend integration guide, as it stands.
const express = require('express');
const jwt = require('jsonwebtoken');
const jwksClient = require('jwks-rsa');
const axios = require('axios');

const app = express();

// Configuration - Replace with your actual values
const AUTHGEAR_ENDPOINT = 'https://myproject.authgear.cloud';  // No trailing slash
const AUTHGEAR_CLIENT_ID = 'your_client_id_here';  // From Authgear Portal

// Initialize JWKS client (with caching)
let jwksUri;

async function initializeJwks() {
  const discoveryUrl = `${AUTHGEAR_ENDPOINT}/.well-known/openid-configuration`;
  const response = await axios.get(discoveryUrl);
  jwksUri = response.data.jwks_uri;
}

const client = jwksClient({
  cache: true,
  cacheMaxAge: 600000, // 10 minutes
  rateLimit: true,
  jwksRequestsPerMinute: 10,
  jwksUri: '' // Will be set after initialization
});

// Middleware to verify JWT
async function verifyToken(req, res, next) {
  const authHeader = req.headers.authorization;

  if (!authHeader) {
    return res.status(401).json({ error: 'No authorization header' });
  }

  const token = authHeader.split(' ')[1]; // Remove "Bearer " prefix

  try {
    // Decode token header to get key ID
    const decoded = jwt.decode(token, { complete: true });

    if (!decoded) {
      return res.status(401).json({ error: 'Invalid token' });
    }

    const kid = decoded.header.kid;

    // Get signing key
    const key = await client.getSigningKey(kid);
    const publicKey = key.getPublicKey();

    // Verify token
    const verified = jwt.verify(token, publicKey, {
      algorithms: ['RS256'],
      audience: AUTHGEAR_CLIENT_ID,
      issuer: AUTHGEAR_ENDPOINT
    });

    req.userId = verified.sub;
    req.userClaims = verified;
    next();
  } catch (error) {
    return res.status(401).json({ error: 'Token validation failed', details: error.message });
  }
}

// Protected endpoint example
app.get('/api/profile', verifyToken, (req, res) => {
  res.json({
    user_id: req.userId,
    claims: req.userClaims
  });
});

// Initialize and start server
initializeJwks().then(() => {
  client.options.jwksUri = jwksUri;
  app.listen(3000, () => {
    console.log('Server running on port 3000');
  });
});
