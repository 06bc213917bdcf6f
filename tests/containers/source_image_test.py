"""dockerfiles/pintle, built as it is: a base that holds what `tools/setup --build-only` would install,
the toolchain included, stands in for Debian, so that the build needs no network."""
import pathlib
import time

import docker
import standins
import tap

DOCKERFILE = standins.ROOT / 'dockerfiles/pintle/Dockerfile'


@tap.test
def the_pintle_image_built_from_source_holds_the_same_files_as_tools_build_and_no_other():
    base = standins.builder()
    began = time.monotonic()
    built = docker.build('pintle-from-source', '--network', 'none', '--build-arg',
                         f'BUILD_BASE={base}', '--file', DOCKERFILE,
                         standins.ROOT)
    tap.equal(built.returncode, 0, built.stdout + built.stderr)
    print(f'# docker build: {time.monotonic() - began:.0f} s')
    files = docker.files_of('pintle-from-source')
    tap.equal(sorted(files), ['pintle', 'pintle-fetch'])
    for name, content in files.items():
        tap.check(content == pathlib.Path(standins.PINTLE).with_name(name).read_bytes(),
                  f'{name}: the same bytes as the product, if the source is still the same')


tap.main()
