"""manage.py migrate: makes the tables of the shop. It connects to the database, and here it only notes that
it has run."""
import configparser
import pathlib
import socket
import sys

conf = configparser.ConfigParser(interpolation=None)
conf.read('/run/shop/shop.conf')
database = conf['database']
if sys.argv[1:] != ['migrate']:
    sys.exit('usage: manage.py migrate')
with socket.create_connection((database['host'], database.getint('port')), timeout=5):
    pathlib.Path('/data/schema').write_text('1\n')
    print('manage.py: schema 1')
