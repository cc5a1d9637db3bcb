// SPDX-License-Identifier: Apache-2.0
// Real clients, unpatched, through the hosted pages in a real browser: MSAL for browsers by redirect, popup and silently, MSAL
// for Node, openid-client, Postman's callback; and people between the pages and the native API (spec OIDC, 9 and 13).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { after, before, describe, test } from 'node:test';
import * as jose from 'jose';
import {
  answerAt, commandLine, daemon, enterCode, openHosted, password, press, proveByCode, proveByPassword, spa, webApp,
} from './hosted_browser.mjs';
import { allowedOrigin, binary, claimsOf, clientId, kim, pat, sam, tenant, tenantId } from './server.mjs';

globalThis.crypto ??= webcrypto; // Node.js 18

const scopes = ['openid', 'profile', 'offline_access', 'User.Read'];

for (const msal of ['msal5', 'msal4']) {
  describe(`@azure/msal-browser (${msal})`, () => {
    let world;
    before(async () => { world = await openHosted({ msal }); });
    after(() => world.close());

    const open = async (page) => {
      await page.goto(`${allowedOrigin}/`);
      return start(page);
    };

    /** MSAL started in the page, which may bring an answer. */
    async function start(page) {
      await page.evaluate(async ({ id, authority }) => {
        window.app = new window.msal.PublicClientApplication({
          auth: { clientId: id, authority, knownAuthorities: [new URL(authority).host], redirectUri: '/' },
          cache: { cacheLocation: 'sessionStorage' },
          system: { loadFrameTimeout: 60_000, iframeBridgeTimeout: 60_000 }, // MSAL 4's, MSAL 5's
        });
        await window.app.initialize();
        window.answer = await window.app.handleRedirectPromise();
        window.bridge = `${window.location.origin}/redirect.html`;
      }, { id: spa, authority: world.authority });
      return page;
    }

    const signInByRedirect = async (page, request = {}) => {
      await page.evaluate((more) => { void window.app.loginRedirect({ scopes: ['openid', 'profile', 'offline_access', 'User.Read'], ...more }); }, request);
      await page.waitForSelector('#username');
    };
    const answerOf = async (page) => {
      await page.waitForURL((url) => url.origin === allowedOrigin && url.hash !== '');
      await start(page);
      return page.evaluate(() => window.answer && { account: window.answer.account, accessToken: window.answer.accessToken, scopes: window.answer.scopes, state: window.answer.state });
    };

    test('redirect: a code by mail, then tokens silently, renewed, by single sign-on, and sign-out', async () => {
      const page = await open(await world.person());
      await signInByRedirect(page, { state: 'a state & more' });
      await proveByCode(page, world.server, sam);
      const answer = await answerOf(page);
      assert.equal(answer.account.username, sam);
      assert.equal(answer.account.tenantId, tenantId);
      assert.equal(answer.state, 'a state & more');
      assert.ok(answer.accessToken.length > 100);
      // from the cache, then by the refresh token
      const tokens = await page.evaluate(async () => {
        const [account] = window.app.getAllAccounts();
        const cached = await window.app.acquireTokenSilent({ scopes: ['User.Read'], account });
        const fresh = await window.app.acquireTokenSilent({ scopes: ['User.Read'], account, forceRefresh: true });
        return { cached: cached.fromCache, fresh: fresh.fromCache, other: fresh.accessToken !== cached.accessToken };
      });
      assert.deepEqual(tokens, { cached: true, fresh: false, other: true });
      // single sign-on in another window: no page comes
      const second = await open(await page.context().newPage());
      await second.evaluate(() => { void window.app.loginRedirect({ scopes: ['openid', 'profile'] }); });
      assert.equal((await answerOf(second)).account.username, sam);
      // sign-out comes back, and the session is gone
      await second.evaluate(() => { void window.app.logoutRedirect({ postLogoutRedirectUri: '/callback' }); });
      await second.waitForURL(`${allowedOrigin}/callback**`);
      await open(second);
      await signInByRedirect(second);
    });

    test('popup: sign-in, and sign-out', async () => {
      const page = await open(await world.person());
      const popup = page.waitForEvent('popup');
      const account = page.evaluate(async () => (await window.app.loginPopup({ scopes: ['openid', 'profile'], redirectUri: window.bridge })).account.username);
      await proveByCode(await popup, world.server, kim);
      assert.equal(await account, kim);
    });

    test('a hidden frame: ssoSilent finds the session of the browser, and tells of none', async () => {
      const page = await open(await world.personWithFrames());
      const silently = () => page.evaluate((redirectUri) => window.app.ssoSilent({ scopes: ['openid', 'profile'], redirectUri })
        .then(({ account }) => account.username, ({ errorCode }) => errorCode), `${allowedOrigin}/redirect.html`);
      assert.equal(await silently(), 'login_required');
      await signInByRedirect(page);
      await proveByPassword(page, pat);
      assert.equal((await answerOf(page)).account.username, pat);
      await page.evaluate(() => window.app.clearCache());
      assert.equal(await silently(), pat);
    });

    test('the user turns back: access_denied', async () => {
      const page = await open(await world.person());
      await signInByRedirect(page, { prompt: 'create' });
      await page.goBack();
      await open(page);
      assert.deepEqual(await page.evaluate(() => window.app.getAllAccounts()), []);
    });

    test('an API of ours: an access token with its scope and roles', async () => {
      const page = await open(await world.person());
      await signInByRedirect(page, { scopes: ['openid', 'api://pets/Pets.Read'] });
      await proveByCode(page, world.server, sam);
      const { accessToken } = await answerOf(page);
      const claims = claimsOf(accessToken);
      assert.equal(claims.scp, 'Pets.Read');
      assert.deepEqual(claims.roles, ['Pets.Admin']);
    });
  });
}

describe('clients of servers and programs', () => {
  let world, ca;
  before(async () => {
    world = await openHosted();
    const file = execFileSync(binary, ['dev', 'ca', '--data', world.server.folder], { encoding: 'utf8', stdio: 'pipe' }).trim();
    ca = readFileSync(file);
  });
  after(() => world.close());

  /** What MSAL for Node lets an application bring along; ours trusts the development CA. */
  const networkClient = () => {
    const send = (method) => (url, options = {}) => new Promise((done, failed) => {
      const asking = https.request(url, { method, ca, headers: options.headers }, (reply) => {
        const parts = [];
        reply.on('data', (part) => parts.push(part));
        reply.on('end', () => done({ status: reply.statusCode, headers: reply.headers, body: JSON.parse(Buffer.concat(parts).toString()) }));
      });
      asking.on('error', failed);
      asking.end(options.body);
    });
    return { sendGetRequestAsync: send('GET'), sendPostRequestAsync: send('POST') };
  };
  const timeout = 180_000;
  const nodeVersion = Number(process.versions.node.split('.')[0]);

  for (const [name, least] of [['msalnode3', 16], ['msalnode7', 20]]) {
    const auth = (more) => ({
      auth: { authority: world.authority, knownAuthorities: [new URL(world.authority).host], ...more },
      system: { networkClient: networkClient() },
    });
    const skip = nodeVersion < least && 'needs a newer Node.js';

    test(`@azure/msal-node (${name}): a web app with a secret`, { skip, timeout }, async () => {
      const { ConfidentialClientApplication, CryptoProvider } = await import(name);
      const client = new ConfidentialClientApplication(auth({ clientId: webApp.id, clientSecret: webApp.secret }));
      const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
      const redirectUri = 'http://localhost:5000/auth/redirect';
      const url = await client.getAuthCodeUrl({ scopes, redirectUri, codeChallenge: challenge, codeChallengeMethod: 'S256', responseMode: 'query', state: 's1', nonce: 'n1' });
      const page = await world.person();
      const answered = await answerAt(page, 'http://localhost:5000/', async () => {
        await page.goto(url);
        await proveByPassword(page, pat);
      });
      assert.equal(answered.searchParams.get('state'), 's1');
      const result = await client.acquireTokenByCode({ code: answered.searchParams.get('code'), scopes, redirectUri, codeVerifier: verifier, nonce: 'n1' }, { nonce: 'n1' });
      assert.equal(result.account.username, pat);
      const again = await client.acquireTokenSilent({ account: result.account, scopes, forceRefresh: true });
      assert.notEqual(again.accessToken, result.accessToken);
    });

    test(`@azure/msal-node (${name}): a daemon`, { skip, timeout }, async () => {
      const { ConfidentialClientApplication } = await import(name);
      const client = new ConfidentialClientApplication(auth({ clientId: daemon.id, clientSecret: daemon.secret }));
      const { accessToken } = await client.acquireTokenByClientCredential({ scopes: ['api://pets/.default'] });
      assert.deepEqual(claimsOf(accessToken).roles, ['Pets.Read.All']);
    });

    test(`@azure/msal-node (${name}): a device without a browser`, { skip, timeout }, async () => {
      const { PublicClientApplication } = await import(name);
      const client = new PublicClientApplication(auth({ clientId: commandLine }));
      const page = await world.person();
      const result = await client.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: async ({ userCode, verificationUri }) => {
        await page.goto(verificationUri);
        await page.fill('#user_code', userCode.toLowerCase());
        await press(page);
        await press(page, 'allow');
        await proveByPassword(page, pat);
        await page.waitForSelector('input[name="password"]', { state: 'detached' });
      } });
      assert.equal(result.account.username, pat);
    });

    test(`@azure/msal-node (${name}): a command line with a loopback address`, { skip, timeout }, async () => {
      const { PublicClientApplication } = await import(name);
      const client = new PublicClientApplication(auth({ clientId: commandLine }));
      const page = await world.person();
      const result = await client.acquireTokenInteractive({ scopes, openBrowser: async (url) => {
        await page.goto(url);
        await proveByPassword(page, pat);
      } });
      assert.equal(result.account.username, pat);
    });
  }

  test('openid-client: discovery, code with PKCE, userinfo, refresh', async () => {
    const oidc = await import('openid-client');
    const fetcher = (url, options) => new Promise((done, failed) => {
      const asking = https.request(url, { ca, method: options.method, headers: Object.fromEntries(new Headers(options.headers)) }, (reply) => {
        const parts = [];
        reply.on('data', (part) => parts.push(part));
        reply.on('end', () => done(new Response(Buffer.concat(parts), { status: reply.statusCode, headers: reply.headers })));
      });
      asking.on('error', failed);
      asking.end(options.body?.toString());
    });
    const config = await oidc.discovery(new URL(`${world.server.secureOrigin}/${tenantId}/v2.0`), webApp.id, webApp.secret, undefined, { [oidc.customFetch]: fetcher });
    config[oidc.customFetch] = fetcher;
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(config, { redirect_uri: 'http://localhost:5000/callback', scope: 'openid profile email offline_access', code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', state, nonce });
    const page = await world.person();
    const answered = await answerAt(page, 'http://localhost:5000/', async () => {
      await page.goto(url.href);
      await proveByCode(page, world.server, kim);
    });
    const tokens = await oidc.authorizationCodeGrant(config, answered, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
    assert.equal(tokens.claims().preferred_username, kim);
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(info.email, kim);
    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(renewed.access_token, tokens.access_token);
  });

  test("Postman's callback: code with PKCE at https://oauth.pstmn.io/v1/browser-callback", async () => {
    const redirect_uri = 'https://oauth.pstmn.io/v1/browser-callback';
    const code_verifier = randomBytes(32).toString('base64url');
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url');
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri, scope: 'openid offline_access', state: 'p', code_challenge, code_challenge_method: 'S256' });
    const page = await world.person();
    const answered = await answerAt(page, redirect_uri, async () => {
      await page.goto(`${world.authority}/oauth2/v2.0/authorize?${query}`);
      await proveByCode(page, world.server, sam);
    });
    const { status, body } = await world.server.send(`${tenant}/oauth2/v2.0/token`, { client_id: clientId, grant_type: 'authorization_code', code: answered.searchParams.get('code'), redirect_uri, code_verifier });
    assert.equal(status, 200);
    const keys = jose.createLocalJWKSet(await (await fetch(`${world.server.origin}/${tenant}/discovery/v2.0/keys`)).json());
    const { payload } = await jose.jwtVerify(body.id_token, keys, { audience: clientId });
    assert.equal(payload.preferred_username, sam);
    // and once only
    const again = await world.server.send(`${tenant}/oauth2/v2.0/token`, { client_id: clientId, grant_type: 'authorization_code', code: answered.searchParams.get('code'), redirect_uri, code_verifier });
    assert.equal(again.body.error, 'invalid_grant');
  });

  test('sign-up on the page, then native sign-in of that same user by the three calls', async () => {
    const eve = 'eve@example.org';
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: 'http://localhost:7000/', scope: 'openid', state: 'p', code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'), code_challenge_method: 'S256' });
    const page = await world.person();
    await answerAt(page, 'http://localhost:7000/', async () => {
      await page.goto(`${world.authority}/oauth2/v2.0/authorize?${query}`);
      await press(page, 'sign_up');
      await proveByCode(page, world.server, eve);
      await page.fill('input[name="attr.displayName"]', 'Eve of the page');
      await press(page);
    });
    await world.server.advance(60);
    const { status, body } = await world.server.signIn(eve);
    assert.equal(status, 200);
    assert.equal(claimsOf(body.id_token).name, 'Eve of the page');
  });

  test('without scripts: resend, wrong code, right code', async () => {
    const page = await world.person({ javaScriptEnabled: false });
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: 'http://localhost:7000/', scope: 'openid', response_mode: 'form_post', code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'), code_challenge_method: 'S256' });
    await page.goto(`${world.authority}/oauth2/v2.0/authorize?${query}`);
    const before = (await world.server.dev('inbox')).body.mails[0]?.id;
    await page.fill('#username', kim);
    await press(page);
    const { code, id } = await world.server.newMail(kim, before);
    await enterCode(page, '00000000');
    await press(page);
    await page.waitForSelector('[aria-invalid="true"]');
    await world.server.advance(31);
    await press(page, 'resend');
    await page.waitForSelector('[role="status"]');
    const second = await world.server.newMail(kim, id);
    assert.notEqual(second.code, code);
    await enterCode(page, second.code);
    await press(page);
    await page.waitForSelector('form[action="http://localhost:7000/"]');
    assert.ok(await page.inputValue('input[name="code"]'));
  });
});
