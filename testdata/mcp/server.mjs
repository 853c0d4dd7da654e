// An MCP server of the TypeScript SDK with bearer authentication, and broken
// variants of its metadata: ISSUER, PORT and BROKEN (slash, path, pkce, issuer, two)
// come from the environment.
import { createRequire } from 'node:module';
const require = createRequire(process.env.MODULES + '/');
const express = require('express');
const { requireBearerAuth } = require('@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js');
const { mcpAuthMetadataRouter, getOAuthProtectedResourceMetadataUrl } = require('@modelcontextprotocol/sdk/server/auth/router.js');

const { ISSUER, PORT, BROKEN } = process.env;
const issuer = BROKEN === 'issuer' ? ISSUER + '/' : ISSUER;
const url = new URL(`http://127.0.0.1:${PORT}/mcp`);
const named = new URL(url + (BROKEN === 'slash' ? '/' : BROKEN === 'path' ? '/v2' : ''));
const oauthMetadata = { issuer, authorization_endpoint: ISSUER + '/a', token_endpoint: ISSUER + '/t', response_types_supported: ['code'], code_challenge_methods_supported: ['S256'] };
const app = express();
app.use((req, res, next) => { // the broken variants say what the SDK would not
  if (BROKEN && req.path.startsWith('/.well-known/oauth-protected-resource')) {
    const servers = BROKEN === 'two' ? [ISSUER, ISSUER + '/other'] : [issuer];
    return res.json({ resource: String(named), authorization_servers: servers });
  }
  next();
});
app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: url, scopesSupported: ['openid'] }));
app.all('/mcp', requireBearerAuth({
  verifier: { verifyAccessToken: async () => { throw new Error('no token is good here'); } },
  resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url),
}), (req, res) => res.json({}));
app.listen(Number(PORT), '127.0.0.1');
