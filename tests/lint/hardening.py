"""hardening.py - TAP test of one of the product's two files: what the linker, the loader and the
compiler were to do for it. usage: hardening.py PRODUCT UNSTRIPPED OBJECTS_FOLDER"""
import pathlib
import re
import subprocess
import sys

# NSS, loadable modules, shells: nothing in an image may be loaded into pintle or run by accident.
# What may ask NSS or load code; getgroups is a system call, getgroups(2).
BANNED = re.compile(r'^(getpw\w*|getgr(?!oups$)\w*|initgroups|dlopen|iconv_open|system|popen|wordexp)$')

CRYPTOGRAPHY = re.compile(r'^\w+ \w ((?:OPENSSL|EVP|SSL|X509|BIO|ERR)_\w+)$', re.M)
# What loads code, or reads the file that says what is to be loaded.
LOADS = re.compile(r'^\w+ \w (dlopen|dlsym|ENGINE_\w+|CONF_modules_load_file)$', re.M)

product, unstripped, objects = map(pathlib.Path, sys.argv[1:])


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


IS_SECOND = product.name == 'pintle-fetch'
headers = run('readelf', '--wide', '--file-header', '--program-headers', str(product))
dynamic = run('readelf', '--wide', '--dynamic', str(product))
symbols = run('nm', str(unstripped))


def segments(kind):
    """The flags of the program headers of a kind, as in ['R', 'RE', 'RW']."""
    return [flags.replace(' ', '') for flags in
            re.findall(rf'^  {kind} +(?:0x\w+ +){{5}}([RWE ]{{3}})', headers, re.M)]


def address_of(symbol):
    found = re.search(rf'^(\w+) \w {symbol}$', symbols, re.M)
    return int(found[1], 16) if found else None


def undefined_symbols():
    """What our own objects (not libc's, not the tests') ask the linker for, as (object, symbol)."""
    files = sorted(path for path in objects.rglob('*.o')
                   if not re.search(r'test_|doctest|CMakeFiles', str(path.relative_to(objects))))
    assert files, f'no object in {objects}'
    return [(file.name, name) for file in files
            for name in re.findall(r' U (\w+)', run('nm', '--undefined-only', str(file)))]


def it_is_position_independent():
    assert re.search(r'Type: +DYN', headers), headers
    assert re.search(r'FLAGS_1.*\bPIE\b', dynamic), dynamic


def it_needs_no_loader_and_no_library():
    assert not segments('INTERP') and 'INTERP' not in headers, headers
    assert 'NEEDED' not in dynamic, dynamic


def it_is_stripped():
    assert 'no symbols' in subprocess.run(['nm', str(product)], capture_output=True,
                                          text=True).stderr


def its_stack_is_not_executable():
    assert segments('GNU_STACK') == ['RW'], headers


def its_relocations_are_read_only_and_done_at_the_start():
    assert segments('GNU_RELRO') == ['R'], headers
    assert re.search(r'FLAGS_1.*\bNOW\b', dynamic), dynamic


def nothing_is_writable_and_executable():
    flags = segments('LOAD')
    assert flags and not [each for each in flags if 'W' in each and 'E' in each], headers
    assert 'TEXTREL' not in dynamic, dynamic


def it_loads_no_code():
    assert not LOADS.findall(symbols), LOADS.findall(symbols)


def it_has_cryptography_only_if_it_is_the_second_program():
    found = CRYPTOGRAPHY.findall(symbols)
    if IS_SECOND:
        assert {'SSL_connect', 'EVP_sha256'} <= set(found), 'neither TLS nor digests in it'
    else:
        assert not found, found
        assert b'OpenSSL' not in product.read_bytes(), 'it speaks of OpenSSL'


def it_starts_where_signals_are_blocked():
    entry = int(re.search(r'Entry point address: +0x(\w+)', headers)[1], 16)
    assert address_of('pintle_entry') == entry, f'entry {entry:#x}, pintle_entry is not there'


def its_functions_check_their_stack():
    assert address_of('__stack_chk_fail'), 'no __stack_chk_fail'
    users = {file for file, name in undefined_symbols() if name == '__stack_chk_fail'}
    assert users, 'none of our objects refers to __stack_chk_fail'


def our_objects_call_nothing_banned():
    banned = [f'{file}: {name}' for file, name in undefined_symbols() if BANNED.match(name)]
    assert not banned, '\n'.join(banned)


def it_names_no_folder_of_the_machine_that_built_it():
    content = product.read_bytes()
    root = pathlib.Path(__file__).resolve().parents[2]
    toolchain = (root / 'build/toolchain').resolve()
    for folder in (root, toolchain, pathlib.Path.home()):
        text = f'{folder}/'
        assert len(text) < 4 or text.encode() not in content, f'found {text}'


PID1_ONLY = {it_starts_where_signals_are_blocked}
tests = [value for name, value in list(globals().items())
         if re.match(r'(it|its|our|nothing)_', name) and not (IS_SECOND and value in PID1_ONLY)]
print(f'1..{len(tests)}')
failed = 0
for number, test in enumerate(tests, 1):
    try:
        test()
        print(f'ok {number} - {test.__name__.replace("_", " ")}')
    except AssertionError as error:
        failed += 1
        print(f'not ok {number} - {test.__name__.replace("_", " ")}')
        print('\n'.join(f'# {line}' for line in str(error).splitlines()))
sys.exit(bool(failed))
