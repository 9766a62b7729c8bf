import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../src/network/public-address.js';

describe('an address that the server may ask', () => {
  test.each([
    '20.190.128.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '223.255.255.255',
  ])('is %s of IPv4', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each(['2603:1036:3000::1', '2a00:1450:4001::200e', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    'is %s of IPv6',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('an address that the server must not ask', () => {
  test.each([
    ['this host', '0.0.0.0'],
    ['loopback', '127.0.0.1'],
    ['all of loopback', '127.255.255.254'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['carrier NAT', '100.64.0.1'],
    ['carrier NAT', '100.127.255.255'],
    ['link-local, where clouds have their metadata', '169.254.169.254'],
    ['IETF', '192.0.0.8'],
    ['documentation', '192.0.2.1'],
    ['benchmarks', '198.19.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['loopback, mapped', '::ffff:127.0.0.1'],
    ['private, mapped, in hexadecimal', '::ffff:a00:1'],
    ['loopback by NAT64', '64:ff9b::127.0.0.1'],
    ['unique local', 'fd00::1'],
    ['link-local', 'fe80::1'],
    ['with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['Teredo', '2001:0:1::1'],
    ['6to4, which carries a private one', '2002:a00:1::1'],
    ['discard', '100::1'],
    ['no address', 'localhost'],
    ['no address', '0x7f000001'],
    ['nothing', ''],
  ])('is one that is %s: %s', (_kind, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
