"""What the web server serves. A supervised web worker ends with its master, even a killed one."""

import os

from django.core.wsgi import get_wsgi_application

from config.embedded.processes import die_with_parent

if "SCRIPTORIUM_SUPERVISED" in os.environ:
    die_with_parent()
application = get_wsgi_application()
