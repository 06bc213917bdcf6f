"""certificate.py - a certificate, made once; what it is for does not matter."""
import base64

PEM = """-----BEGIN CERTIFICATE-----
MIIBgjCCASmgAwIBAgIUeDyzbzGZuD+c2O18ikgt/f0HVUQwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLcGludGxlIHRlc3QwIBcNMjYxMTMwMDc0NjUwWhgPMjEyNjEx
MDYwNzQ2NTBaMBYxFDASBgNVBAMMC3BpbnRsZSB0ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE1eIofKlzl5u6DoVC6xzpqYfCeZLPwGl5huGl+FYmZjzht/Zj
VIaI1gJ7Y6zP137BvtOwlZ/BAnNTKPJYel7HjKNTMFEwHQYDVR0OBBYEFOvyBUUL
Pcsfop3UBjr8otmSFD9XMB8GA1UdIwQYMBaAFOvyBUULPcsfop3UBjr8otmSFD9X
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgXPXkppOPzBD1t8Zs
b9OUH+8SAGbnCDWMiqpE1se+YgACIGHfakVWeUYXuNIHDxMZJJey4PsEWfBSP6vh
RENwwUA9
-----END CERTIFICATE-----
"""


def _element(tag, *parts):
    content = b''.join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([tag, 0x80 | len(length)]) + length + content


def of_size(size):
    """What has the structure of a certificate, and about that many bytes."""
    algorithm = _element(0x30, _element(0x06, b'\x2a'))
    name = _element(0x30)
    signed = _element(0x30, _element(0x02, b'\x01'), algorithm, name, name, name, algorithm,
                      _element(0x04, bytes(size)))
    der = _element(0x30, signed, algorithm, _element(0x03, b'\0\0'))
    body = base64.b64encode(der).decode()
    return f'-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n'
