"""`pintle plan --format mermaid|dot`: the steps as a drawing, whatever stands in their texts."""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'lib'))
import pid1
import tap

NASTY = '/app/$X & <b>"q" `x`\\n#'
DOCUMENT = {
    'steps': [
        {'id': 'data-dir', 'directory': {'path': '/data', 'mode': '0750'}},
        {'id': 'empty', 'command': '/app/is-empty', 'arguments': ['x']},
        {'id': 'load', 'command': '/app/load', 'condition': 'empty'},
        {'id': 'end', 'command': NASTY, 'arguments': [],
         'condition': {'all': [{'not': 'empty'}, {'environment': {'name': 'A', 'pattern': 'x|y'}}]}},
        {'id': 'graph', 'command': 'apk', 'arguments': ['add'], 'imageModes': ['layered']},
        {'id': '1.free', 'log': 'é', 'precedents': []}],
    'main': {'command': '/app/main'},
    'shutdown': {'before': [{'id': 'drain', 'command': '/d'}],
                 'after': [{'id': 'one', 'command': '/o'},
                           {'id': 'two', 'command': '/t', 'precedents': []}]}}
MERMAID = r'''flowchart TD
  subgraph g0 ["init"]
    s0["data-dir<br/>directory /data"]
    s1["empty<br/>/app/is-empty"]
    s2["load<br/>/app/load"]
    s3["end<br/>/app/#36;X #38; #60;b#62;#34;q#34; #96;x#96;#92;n#35;<br/>if not (empty) and environment A matches x#124;y"]
    s4["graph<br/>apk<br/>(skipped#58; not for this image mode)"]
    s5["1.free<br/>log é"]
  end
  main(["main<br/>/app/main"])
  subgraph g1 ["shutdown, before main ends"]
    b0["drain<br/>/d"]
  end
  ended(["main ends"])
  subgraph g2 ["shutdown, after main"]
    a0["one<br/>/o"]
    a1["two<br/>/t"]
  end
  s0 --> s1
  s1 -.->|"if"| s2
  s2 --> s3
  s1 -.->|"if not"| s3
  s3 --> s4
  s4 --> main
  s5 --> main
  main -.->|"stop"| b0
  b0 --> ended
  main --> ended
  ended --> a0
  ended --> a1
  style s4 stroke-dasharray:4 4
'''.replace('#58;', ':')
DOT = r'''digraph plan {
  node [shape=box, fontname="sans-serif"];
  edge [fontname="sans-serif"];
  subgraph cluster_0 {
    label="init";
    s0 [label="data-dir\ndirectory /data"];
    s1 [label="empty\n/app/is-empty"];
    s2 [label="load\n/app/load"];
    s3 [label="end\n/app/$X &amp; <b>\"q\" `x`\\n#\nif not (empty) and environment A matches x|y"];
    s4 [label="graph\napk\n(skipped: not for this image mode)", style=dashed, fontcolor=gray40];
    s5 [label="1.free\nlog é"];
  }
  main [label="main\n/app/main", shape=oval];
  subgraph cluster_1 {
    label="shutdown, before main ends";
    b0 [label="drain\n/d"];
  }
  ended [label="main ends", shape=oval];
  subgraph cluster_2 {
    label="shutdown, after main";
    a0 [label="one\n/o"];
    a1 [label="two\n/t"];
  }
  s0 -> s1;
  s1 -> s2 [label="if", style=dashed];
  s2 -> s3;
  s1 -> s3 [label="if not", style=dashed];
  s3 -> s4;
  s4 -> main;
  s5 -> main;
  main -> b0 [label="stop", style=dashed];
  b0 -> ended;
  main -> ended;
  ended -> a0;
  ended -> a1;
}
'''


def drawn(form, document=DOCUMENT, mode='prebuilt'):
    done = subprocess.run([pid1.PINTLE, 'plan', '--format', form, pid1.config(document)],
                          capture_output=True, text=True, env={'IMAGE_MODE': mode})
    tap.equal((done.returncode, done.stderr), (0, ''))
    return done.stdout


def parsed(text):
    """What Graphviz makes of it, where there is one: the names of nodes, and the edges."""
    if shutil.which('dot') is None:
        return None
    done = subprocess.run(['dot', '-Tplain'], input=text, capture_output=True, text=True, check=True)
    words = [line.split() for line in done.stdout.splitlines()]
    return ({line[1] for line in words if line[0] == 'node'},
            {(line[1], line[2]) for line in words if line[0] == 'edge'})


@tap.test
def mermaid_draws_the_steps_and_no_text_has_a_meaning_in_it():
    tap.equal(drawn('mermaid'), MERMAID)


@tap.test
def dot_draws_the_same():
    tap.equal(drawn('dot'), DOT)
    seen = parsed(DOT)
    if seen is not None:
        tap.equal(len(seen[0]), 11)
        tap.equal(len(seen[1]), 12)


@tap.test
def a_config_without_steps_is_main_alone():
    tap.equal(drawn('mermaid', {}), 'flowchart TD\n  main(["main<br/>from the command line"])\n')
    tap.holds(drawn('dot', {'main': {'pause': True}}), 'main [label="main\\nnone: pintle stays')
    after = drawn('mermaid', {'shutdown': {'after': [{'id': 'x', 'command': 'y'}]}})
    tap.holds(after, '  main -.->|"ends"| a0\n')


@tap.test
def a_line_that_follows_from_others_is_left_out():
    steps = [{'id': f's{i}', 'command': 'x'} for i in range(30)]
    text = drawn('dot', {'steps': steps})
    tap.equal(text.count(' -> '), 30)
    diamond = [{'id': 'a', 'command': 'x'}, {'id': 'b', 'command': 'x', 'precedents': ['a']},
               {'id': 'c', 'command': 'x', 'precedents': ['a']},
               {'id': 'd', 'command': 'x', 'precedents': ['a', 'b', 'c']}]
    tap.equal([line.strip() for line in drawn('dot', {'steps': diamond}).splitlines()
               if '->' in line],
              ['s0 -> s1;', 's0 -> s2;', 's1 -> s3;', 's2 -> s3;', 's3 -> main;'])


@tap.test
def what_comes_after_a_group_waits_for_its_last_steps():
    group = {'id': 'g', 'steps': [{'id': 'b', 'command': 'x'},
                                  {'id': 'h', 'steps': [{'id': 'c', 'command': 'x'}]}],
             'finally': [{'id': 'f', 'log': 'x'}]}
    server = {'id': 's', 'during': ['d'], 'command': 'x'}
    text = drawn('dot', {'steps': [group, server, {'id': 'd', 'command': 'x'}]})
    tap.equal([line.strip() for line in text.splitlines() if '->' in line],
              ['s0 -> s1;', 's1 -> s2;', 's2 -> s3;', 's3 -> s4;', 's4 -> s5;', 's5 -> s6;',
               's6 -> main;'])
    tap.holds(text, 'label="f\\nlog x\\n(finally)"')
    tap.holds(text, '(during others)')


@tap.test
def what_does_not_go_into_a_drawing_is_told():
    for words in (['--format', 'svg'], ['--format', 'dot', '--dry-run'],
                  ['--format', 'mermaid', '--next', '1']):
        done = subprocess.run([pid1.PINTLE, 'plan', *words, pid1.config({})], capture_output=True,
                              text=True)
        tap.equal(done.returncode, 64, str(words))


tap.main()
