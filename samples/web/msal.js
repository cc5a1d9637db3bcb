// SPDX-License-Identifier: Apache-2.0
// MSAL's configuration. Doorcode takes the place of Microsoft Entra External ID by one option: authApiProxyUrl.
import { CustomAuthPublicClientApplication } from '@azure/msal-browser/custom-auth';

const defaults = {
  api: 'http://localhost:8080/petstore.onmicrosoft.com',
  client: '2b6d0c3f-7e1a-4d25-9a0c-5c1f2e3d4b61',
  challenge: 'oob password redirect',
  capabilities: 'mfa_required registration_required',
};

/** What the address of this page says, else what `doorcode dev` has. */
export const settings = { ...defaults, ...Object.fromEntries(new URLSearchParams(location.search)) };

const words = (text) => text.split(' ').filter(Boolean);

export function createMsal() {
  return CustomAuthPublicClientApplication.create({
    auth: {
      clientId: settings.client,
      authority: 'https://petstore.ciamlogin.com', // names the tokens in MSAL's cache; nothing is sent there
      redirectUri: location.origin,
    },
    customAuth: {
      authApiProxyUrl: settings.api,
      challengeTypes: words(settings.challenge),
      capabilities: words(settings.capabilities),
    },
  });
}
