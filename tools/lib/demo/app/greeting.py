"""greeting.py - an init step: writes what the service will say. Only root may write to /etc."""
import os

with open('/etc/greeting', 'w') as file:
    file.write('hello from a container without a shell\n')
print(f'greeting: written as uid {os.getuid()}', flush=True)
